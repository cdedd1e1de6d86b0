import { idTime, isReadingId } from './reading-id.ts';

/** One digit of a reading. */
export interface ReadDigit {
  readonly digit: number;
  /** Calibrated, 0…1. */
  readonly confidence: number;
  /** x, y, width and height in pixels of the upright picture. */
  readonly box: readonly [number, number, number, number];
  /** Ten of them, for the digits 0 … 9; their sum is 1. */
  readonly probabilities: readonly number[];
}

/** The grid that was found in a picture, as a sudoku's or a form's. */
export interface ReadCells {
  readonly rows: number;
  readonly columns: number;
  /** Row by row, [rows][columns]: what stands in each cell, empty where nothing does. */
  readonly texts: readonly (readonly string[])[];
}

/** The reading of one picture, as it is kept and as it is answered. */
export interface Reading {
  /** UUIDv7; a later reading has a greater id. Empty when the reading is not kept. */
  readonly id: string;
  /** ISO 8601, by the clock of the process that kept it. */
  readonly time: string;
  /** The source of the picture: `upload`, `drawing`, `sample`, a member's name. */
  readonly source: string;
  /** The digits of a word together, words joined by a space, lines by `\n`. */
  readonly text: string;
  /**
   * The text as it stands in the picture: `text` with the separators in their places (`12,34`, `-828`, `11/08/2035`).
   * Readings of a reader that knows no separators have `text` here.
   */
  readonly written: string;
  readonly confidence: number;
  /** Whether a person should check it. */
  readonly unsure: boolean;
  readonly digits: readonly ReadDigit[];
  /** The version of the model that read it. */
  readonly model: string;
  /** The text that a person says it is; the machine's `text` stays. */
  readonly corrected: string | null;
  /** Size of the upright picture, which the boxes refer to. */
  readonly width: number;
  readonly height: number;
  /** The true text, where it was known beforehand. */
  readonly label?: string;
  /** Present only when a grid was found. */
  readonly cells?: ReadCells;
  /** The version of the detector that found the digits. Absent where rules or pen strokes told where they are. */
  readonly detector?: string;
}

/** A picture as it arrived. */
export interface OriginalPicture {
  /** Its media type, `image/png`. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** A reading on its way in: with its picture and, for each digit, the prepared 28 × 28 that the model saw. */
export interface NewReading extends Omit<Reading, 'id' | 'time' | 'corrected' | 'written'> {
  /** Default: `text`. */
  readonly written?: string;
  readonly picture: OriginalPicture;
  /** One for each digit, [784] each, 0 = paper. */
  readonly prepared: readonly Uint8Array[];
}

/** All that is kept of one reading: what an export holds and an import loads. */
export interface WholeReading extends Reading {
  readonly picture: OriginalPicture;
  /** One for each digit, [784] each, 0 = paper. */
  readonly prepared: readonly Uint8Array[];
}

/** Bytes in one prepared digit. */
export const preparedBytes = 28 * 28;

/** The prepared digits that stand one behind the other, as copies. Bytes that are left over make one more, which is not whole. */
export function splitPrepared(bytes: Uint8Array): Uint8Array[] {
  return Array.from(
    { length: Math.ceil(bytes.length / preparedBytes) },
    (_, i) => new Uint8Array(bytes.subarray(i * preparedBytes, (i + 1) * preparedBytes)),
  );
}

/** Throws a RangeError unless there is one whole prepared picture for each digit. */
export function expectWhole(reading: Pick<WholeReading, 'digits' | 'prepared'>): void {
  const { digits, prepared } = reading;
  if (prepared.length !== digits.length)
    throw new RangeError(`Expected ${digits.length} prepared pictures, one a digit, got ${prepared.length}`);
  const odd = prepared.find((pixels) => pixels.length !== preparedBytes);
  if (odd)
    throw new RangeError(`Expected a prepared picture to be ${preparedBytes} bytes, got ${odd.length}`);
}

/** Ids of later times would leave no room for those that follow: their 48 bits of time end in the year 10889. */
const lastTimeMs = Date.UTC(9999, 11, 31);

/** Throws a RangeError unless a reading has all that is kept of one, with an id and a time that a store gives. */
export function expectLoadable(reading: WholeReading): void {
  expectWhole(reading);
  const { id, time } = reading;
  if (!isReadingId(id) || idTime(id) > lastTimeMs)
    throw new RangeError(`Expected \`id\` to be the id of a reading, got \`${id}\``);
  if (!isIsoTime(time))
    throw new RangeError(`Expected \`time\` to be like 2026-01-02T03:04:05.678Z, got \`${time}\``);
}

function isIsoTime(text: string): boolean {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text;
}
