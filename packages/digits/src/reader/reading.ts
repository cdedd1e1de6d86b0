import { digitBytes } from '../data/labelled-set.ts';
import { DigitsError } from '../errors.ts';
import { topOf } from '../evaluate/calibration.ts';
import type { ModelCard } from '../model/model-card.ts';
import type { PreparedDigit, PreparedPicture } from '../prepare/prepared.ts';
import type { Answer } from './batcher.ts';

/** One digit of a reading. */
export interface DigitReading {
  readonly digit: number;
  /**
   * Calibrated probability that it is this digit: the largest of `probabilities`, and where the ink is strange to the model
   * so much less that it is at most the model's threshold.
   */
  readonly confidence: number;
  /** x, y, width, height in pixels of the upright picture. */
  readonly box: [number, number, number, number];
  /** [10] */
  readonly probabilities: number[];
}

/** The grid that was found in a picture, as a sudoku's or a form's. */
export interface ReadCells {
  readonly rows: number;
  readonly columns: number;
  /** Row by row, [rows][columns]: what is written in each cell, with separators between digits and a minus before them; empty where there is no digit. */
  readonly texts: readonly (readonly string[])[];
}

/** The reading of a picture. */
export interface ReadPicture {
  /** The digits of each word, words joined by a space, lines by `\n`. */
  readonly text: string;
  /**
   * The writing in the picture: as `text`, with the separators in their places (`12,34`, `-828`). In picture files only a
   * detector finds separators; without one it is `text`.
   */
  readonly written: string;
  /**
   * The probability that the whole text is right. Of pictures that a detector reads: a logistic function of the digits'
   * confidences, the weakest mark, ink that was not read and other writing, fitted on disturbed pages (doubt.ts). Of others: the
   * product of the digits' confidences (their errors are taken as independent), less where the preparation takes the ink for
   * something other than digits.
   */
  readonly confidence: number;
  /** Whether the confidence is below the threshold of the detector, or of the model where there is none; or the ink may well be something other than digits. */
  readonly unsure: boolean;
  readonly digits: DigitReading[];
  /** Of the upright picture; boxes refer to it. */
  readonly width: number;
  readonly height: number;
  /** Each digit's 28×28 as the model saw it, [784]. */
  readonly prepared: Uint8Array[];
  /** Present only when a grid was found. */
  readonly cells?: ReadCells;
  /** The version of the detector that found the digits. Absent where rules or pen strokes tell where they are. */
  readonly detector?: string;
}

/** Ink that looks no more like digits than like something else (PreparedPicture.clutter). */
const clutterLimit = 0.5;

/** The pixels of digits, one after another: [n, 784]. Throws `DIGITS_NONE_FOUND` for none. */
export function stackDigits(digits: readonly PreparedDigit[]): Uint8Array {
  if (digits.length === 0) throw new DigitsError('DIGITS_NONE_FOUND', 'No digit was found in the picture');
  if (digits.length === 1) return digits[0]!.pixels;
  const stacked = new Uint8Array(digits.length * digitBytes);
  digits.forEach(({ pixels }, i) => {
    stacked.set(pixels, i * digitBytes);
  });
  return stacked;
}

/** 1 up to the limit, and from there without a jump to 0: ink that is surely something else is no text. */
export const legibilityOf = (clutter: number): number => Math.min(1, (1 - clutter) / (1 - clutterLimit));

/** The reading of a prepared picture, from the model's answer for its digits. */
export function composeReading(
  picture: PreparedPicture,
  { probabilities, familiarity }: Answer,
  card: Pick<ModelCard, 'unsureBelow' | 'familiarAbove'>,
): ReadPicture {
  const found = picture.lines.flat(2);
  const { unsureBelow, familiarAbove = -Infinity } = card;
  // Strange digits of others' hands are wrong more often than their probabilities say, by about as much.
  const isStrange = found.map((_, i) => familiarity[i]! < familiarAbove);
  const digits = found.map((digit, i) => readDigit(digit, probabilities, i, isStrange[i] ? unsureBelow : 1));
  const remaining = digits.values();
  const text = picture.lines
    .map((line) => line.map((word) => word.map(() => remaining.next().value!.digit).join('')).join(' '))
    .join('\n');
  const legible = legibilityOf(picture.clutter);
  const confidence = short(digits.reduce((product, digit) => product * digit.confidence, legible));
  return {
    text,
    written: text,
    confidence,
    unsure: confidence < unsureBelow || picture.clutter >= clutterLimit || isStrange.includes(true),
    digits,
    width: picture.width,
    height: picture.height,
    prepared: found.map(({ pixels }) => pixels),
  };
}

function readDigit(
  { box }: PreparedDigit,
  probabilities: Float32Array,
  index: number,
  familiar: number,
): DigitReading {
  const { digit, confidence } = topOf(probabilities, index);
  return {
    digit,
    confidence: short(confidence * familiar),
    box: [...box],
    probabilities: Array.from(probabilities.subarray(index * 10, index * 10 + 10), short),
  };
}

/** Six decimals: what a float32 knows near 1, and short in JSON. */
export function short(probability: number): number {
  return Math.round(probability * 1e6) / 1e6;
}
