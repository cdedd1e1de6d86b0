import { BaseError, Lifetime, within } from '@inkwire/base';
import {
  DigitsError,
  type ModelCard,
  type Picture,
  pictureType,
  type Reader,
  type ReadPicture,
} from '@inkwire/digits';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Bytes that begin like a PNG and in which the fake reader reads `text`: `12,34`, or the cells of a grid, `1|2`. */
export function fakePicture(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...signature, ...Buffer.from(text)]);
}

const card: ModelCard = {
  recipe: 'fake',
  version: '0123456789ab',
  parameters: 12,
  seed: 1,
  trained: '2026-01-01T00:00:00.000Z',
  command: 'none',
  data: {},
  temperature: 1,
  unsureBelow: 0.5,
  unsureErrorRate: 0.01,
  figures: [
    {
      set: 'mnist-test',
      count: 100,
      correct: 99,
      accuracy: 0.99,
      interval: [0.95, 0.999],
      confusion: Array.from({ length: 10 }, (_, i) =>
        Array.from({ length: 10 }, (_, k) => (i === k ? 10 : 0)),
      ),
    },
  ],
};

/** A reader that reads what a test wrote into its pictures, and waits when a test says so. */
export interface FakeReader extends Reader {
  /** From now on, reading waits until the answer is called. */
  hold(): () => void;
  /** Pictures that are being read. */
  readonly reading: number;
  /** Reads that ended by an abort. */
  readonly aborted: number;
}

const mistakes = {
  blank: 'DIGITS_NONE_FOUND',
  damaged: 'DIGITS_PICTURE_DAMAGED',
  bomb: 'DIGITS_PICTURE_TOO_LARGE',
  busy: 'DIGITS_OVERLOADED',
} as const;

export function createFakeReader(): FakeReader {
  let held: Promise<void> | undefined;
  let reading = 0;
  let aborted = 0;
  let [batches, digits] = [0, 0];
  const lifetime = new Lifetime('reader', { drain: () => {} });

  return {
    card,
    get stats() {
      return { batches, digits, queued: reading };
    },
    async read(picture, options = {}) {
      if (lifetime.closed) throw new BaseError('BASE_CLOSED', 'The reader is closed');
      const text = textOf(picture);
      reading++;
      try {
        await within(held ?? Promise.resolve(), options);
      } catch (error) {
        aborted++;
        throw error;
      } finally {
        reading--;
      }
      batches++;
      digits += text.length;
      return readingOf(text);
    },
    async classify(pixels) {
      return new Float32Array((pixels.length / 784) * 10).fill(0.1);
    },
    hold() {
      let release = () => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return () => {
        held = undefined;
        release();
      };
    },
    get reading() {
      return reading;
    },
    get aborted() {
      return aborted;
    },
    close: () => lifetime.close(),
    destroy: (error) => lifetime.destroy(error),
    get closed() {
      return lifetime.closed;
    },
    [Symbol.asyncDispose]: () => lifetime.close(),
  };
}

function textOf(picture: Picture): string {
  if ('strokes' in picture) return String(picture.strokes.length);
  if ('pixels' in picture) return String(picture.pixels.length % 10);
  const { bytes } = picture;
  if (bytes.length === 0) throw new DigitsError('DIGITS_PICTURE_EMPTY', 'The picture has no bytes');
  if (pictureType(bytes) === undefined)
    throw new DigitsError('DIGITS_PICTURE_UNSUPPORTED', 'This is not a picture that can be read');
  const text = Buffer.from(bytes.subarray(signature.length)).toString();
  if (text in mistakes) throw new DigitsError(mistakes[text as keyof typeof mistakes], `It is ${text}`);
  if (text === 'crash') throw new Error('libsecret at /root/secret.c:42');
  return text.slice(0, 20);
}

function readingOf(text: string): ReadPicture {
  const digits = [...text.replaceAll(/\D/g, '')].map(Number);
  const cells = text.split('|');
  return {
    text: text.replaceAll(/[,|]/g, ' '),
    written: text.replaceAll('|', ' '),
    confidence: 0.9,
    unsure: text.startsWith('9'),
    digits: digits.map((digit, i) => ({
      digit,
      confidence: 0.9,
      box: [i * 20, 0, 18, 20],
      probabilities: Array.from({ length: 10 }, (_, k) => (k === digit ? 0.91 : 0.01)),
    })),
    width: 20 * digits.length,
    height: 20,
    prepared: digits.map((digit) => new Uint8Array(784).fill(digit * 20)),
    detector: 'f00f00f00f00',
    ...(cells.length > 1 && { cells: { rows: 1, columns: cells.length, texts: [cells] } }),
  };
}
