import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledModel, openMnistPart, openReader, type Reader, type ReadPicture } from '../src/index.ts';
import {
  blank,
  face,
  noise,
  pageOfText,
  photographedFace,
  scanned,
  scannedRow,
  scribble,
  wordsInItalics,
} from './reader-pictures.ts';

/** What a picture is read as; undefined when no digit is found. */
async function read(reader: Reader, bytes: Uint8Array): Promise<ReadPicture | undefined> {
  try {
    return await reader.read({ bytes });
  } catch (error) {
    expect(error).toMatchObject({ code: 'DIGITS_NONE_FOUND' });
    return undefined;
  }
}

describe('the bundled reader', () => {
  let reader: Reader;
  let digits: Uint8Array[];
  let labels: Uint8Array;

  beforeAll(async () => {
    reader = await openReader();
    // Training digits: the test set is looked at elsewhere, and once.
    const { images, labels: all } = await openMnistPart('train');
    digits = Array.from({ length: 40 }, (_, i) => images.subarray(i * 784, (i + 1) * 784));
    labels = all.subarray(0, 40);
  });
  afterAll(() => reader.close());

  it('reads scanned digits, and is sure of them', async () => {
    const readings = await Promise.all(
      digits.slice(0, 20).map(async (pixels) => reader.read({ bytes: await scanned(pixels) })),
    );
    const right = readings.filter(({ text }, i) => text === String(labels[i]));
    expect(right.length).toBeGreaterThanOrEqual(19);
    expect(readings.filter(({ unsure }) => !unsure).length).toBeGreaterThanOrEqual(17);
  });

  it('reads a digit that was cut out already as it does without a detector', async () => {
    await using finding = await openReader({ detector: bundledModel('page') });
    for (const pixels of digits.slice(0, 8)) {
      const raw = { width: 28, height: 28, channels: 1 } as const;
      const bytes = await sharp(pixels, { raw }).negate().png().toBuffer();
      expect(await finding.read({ bytes })).toEqual(await reader.read({ bytes }));
    }
  });

  it('reads a small picture by its colours: yellow on white, white on transparency', async () => {
    const raw = { width: 28, height: 28, channels: 4 } as const;
    for (const ink of [
      [255, 240, 60],
      [255, 255, 255],
    ] as const) {
      const isWhite = ink[2] === 255;
      const right = await Promise.all(
        digits.slice(0, 8).map(async (pixels, i) => {
          const rgba = Buffer.from(
            [...pixels].flatMap((level) =>
              isWhite ? [...ink, level] : [...ink.map((to) => 255 - ((255 - to) * level) / 255), 255],
            ),
          );
          const bytes = await sharp(rgba, { raw }).resize(56, 56).png().toBuffer();
          return (await reader.read({ bytes })).text === String(labels[i]);
        }),
      );
      expect(right.filter(Boolean).length).toBeGreaterThanOrEqual(7);
    }
  });

  it('finds separators in a line of 70 pixels: only pictures no wider than a digit are a digit', async () => {
    const [one, two] = [digits[0]!, digits[1]!].map((pixels) => ({
      input: Buffer.from(pixels.map((ink) => 255 - ink)),
      raw: { width: 28, height: 28, channels: 1 } as const,
    }));
    const bytes = await sharp({ create: { width: 70, height: 30, channels: 3, background: 'white' } })
      .composite([
        { ...one!, left: 0, top: 0 },
        { ...two!, left: 40, top: 0 },
        {
          input: await sharp({ create: { width: 3, height: 4, channels: 3, background: 'black' } })
            .png()
            .toBuffer(),
          left: 33,
          top: 21,
        },
      ])
      .png()
      .toBuffer();
    const { text, written } = await reader.read({ bytes });
    expect(text).toBe(`${labels[0]} ${labels[1]}`);
    expect(written).toMatch(/^\d[.,]\d$/);
  });

  it('is unsure where light writing stands in a dark part beside what it read', async () => {
    const numberOf = async (first: number, isLight: boolean) => {
      const row = sharp(await scannedRow(digits.slice(first, first + 3), 80));
      return (isLight ? row.removeAlpha().negate().linear(0.8, 40) : row).png().toBuffer();
    };
    const { width = 0, height = 0 } = await sharp(await numberOf(0, false)).metadata();
    const header = await sharp({ create: { width, height, channels: 3, background: '#282828' } })
      .png()
      .toBuffer();
    const pageOf = async (top: Uint8Array) =>
      sharp({ create: { width, height: 2 * height, channels: 3, background: 'white' } })
        .composite([
          { input: Buffer.from(top), left: 0, top: 0 },
          { input: await numberOf(0, false), left: 0, top: height },
        ])
        .png()
        .toBuffer();
    const without = await reader.read({ bytes: await pageOf(header) });
    const beside = await reader.read({ bytes: await pageOf(await numberOf(3, true)) });
    expect(without.text).toBe(labels.subarray(0, 3).join(''));
    expect(beside).toMatchObject({ text: without.text, unsure: true });
    expect(beside.confidence).toBeLessThan(0.8 * without.confidence);
  });

  it('reads whole numbers, with a box for each digit', async () => {
    for (const start of [0, 4, 8, 12]) {
      const {
        text,
        digits: found,
        width,
        height,
      } = await reader.read({ bytes: await scannedRow(digits.slice(start, start + 4)) });
      expect(text.replaceAll(' ', '')).toBe(labels.subarray(start, start + 4).join(''));
      expect([width, height]).toEqual([720, 180]);
      for (const [i, { box }] of found.entries()) {
        expect(box[0]).toBeGreaterThanOrEqual(180 * i);
        expect(box[0] + box[2]).toBeLessThanOrEqual(180 * (i + 1));
      }
    }
  });

  it('reads pen strokes', async () => {
    const one = [
      [
        [50, 10],
        [50, 60],
        [49, 120],
      ],
    ] as const;
    const seven = [
      [
        [100, 20],
        [130, 20],
        [160, 20],
        [140, 60],
        [125, 110],
      ],
    ] as const;
    expect((await reader.read({ strokes: one })).text).toBe('1');
    expect((await reader.read({ strokes: seven })).text).toBe('7');
    expect((await reader.read({ strokes: [...one, ...seven] })).text.replace(' ', '')).toBe('17');
  });

  it('finds nothing on blank paper of any colour', async () => {
    for (const colour of ['white', 'black', 'transparent', '#888'])
      expect(await read(reader, await blank(colour)), colour).toBeUndefined();
  });

  const nonsense = {
    'a page of text': pageOfText,
    'words in italics': wordsInItalics,
    'the drawing of a face': face,
    'the photograph of a face': photographedFace,
    'a scribble': scribble,
    'a short scribble': (seed: number) => scribble(seed, 90),
    noise,
  };
  for (const [name, make] of Object.entries(nonsense))
    it(`reads nothing in ${name}, or is unsure`, async () => {
      for (let seed = 0; seed < (make === pageOfText ? 1 : 3); seed++) {
        const reading = await read(reader, await make(seed));
        expect(reading?.unsure ?? true, `${seed}: ${reading?.text} ${reading?.confidence}`).toBe(true);
      }
    });
});
