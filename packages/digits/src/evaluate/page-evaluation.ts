import type { LabelledMark } from '../data/labelled-page.ts';
import type { ReliabilityBin } from './calibration.ts';
import type { Thumbnail } from './page-thumbnail.ts';

/** The part of a reading that an evaluation needs; a `ReadPicture` has it. */
export interface PageReading {
  readonly text: string;
  readonly confidence: number;
  readonly digits: readonly {
    readonly digit: number;
    readonly box: readonly [x: number, y: number, width: number, height: number];
  }[];
}

/** Numbers of digits: those that were to be read, those that were read, and those of them that are right. */
export interface DigitCounts {
  readonly labelled: number;
  readonly read: number;
  readonly right: number;
  /** right / labelled; NaN for none. */
  readonly recall: number;
  /** right / read; NaN for none. */
  readonly precision: number;
}

/** The result of reading labelled pages. */
export interface PageEvaluation {
  readonly set: string;
  /** Pages, also those that could not be read. */
  readonly count: number;
  /** Pages of which every digit is right, and none is missing or too many. */
  readonly correct: number;
  readonly accuracy: number;
  /** Wilson's 95 % interval around the accuracy. */
  readonly interval: [number, number];
  /** Digits, by the alignment with the fewest edits. */
  readonly digits: DigitCounts;
  /** Digits whose box shares half of its area with that of the same digit. Of the pages with boxes; absent without. */
  readonly boxes?: DigitCounts | undefined;
  /** Of the readings at a confidence of at least `from`, how many there are and how many are wrong. */
  readonly sure: readonly { readonly from: number; readonly count: number; readonly wrong: number }[];
  /** Expected calibration error of the readings' confidence, 15 bins. Pages without a reading are left out. */
  readonly calibrationError: number;
  readonly reliability: ReliabilityBin[];
  /** [true digit][digit read], from the alignment. */
  readonly confusion: number[][];
  /** For each digit, the share that was read as itself; NaN where the set has none. */
  readonly recall: number[];
  /** For each digit, the number of times that it was lost, and that it was read where none stands. */
  readonly lost: number[];
  readonly extra: number[];
  /** Wall time of a reading. */
  readonly milliseconds: { readonly mean: number; readonly median: number };
  /** Pictures that were refused for another reason than that no digit was found. They count as wrong. */
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
  /** The wrong readings, most confident first, no more than `maxMistakes`. */
  readonly mistakes: readonly PageMistake[];
}

/** A page that was read wrong. */
export interface PageMistake {
  readonly name: string;
  readonly file: string;
  /** Digits only. */
  readonly expected: string;
  readonly read: string;
  /** 0 where no digit was found. */
  readonly confidence: number;
  readonly found: PageReading['digits'];
  readonly marks?: readonly LabelledMark[] | undefined;
  /** The picture, reduced; undefined where it cannot be decoded. */
  readonly thumbnail?: Thumbnail | undefined;
}
