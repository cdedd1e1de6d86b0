/** A reading of marks that were found one by one, on a page or among strokes. */
import { digitKinds } from '../detect/detector-maps.ts';
import { topOf } from '../evaluate/calibration.ts';
import type { ModelCard } from '../model/model-card.ts';
import type { PreparedDigit } from '../prepare/prepared.ts';
import type { Answer } from './batcher.ts';
import { arrangeMarks, type PlacedMark } from './lines.ts';
import { composeReading, type ReadPicture, short } from './reading.ts';

/** A mark that is a digit or a separator. */
export interface ReadMark extends PlacedMark {
  /** Of a digit, how the digit network sees it. */
  readonly digit?: PreparedDigit;
  /** Of a digit, its row in the network's answer. */
  readonly row?: number;
}

/** Facts about the marks of a picture besides their places. */
export interface MarkEvidence {
  /** Size of the upright picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** As of a PreparedPicture. */
  readonly clutter: number;
  /** The probability that the whole text is right, from its reading by the digit network alone. */
  confidenceOf(reading: ReadPicture): number;
}

/** The marks with each digit as the network's answer has it, so that `text` and `written` agree. */
export function nameDigits<M extends ReadMark>(marks: readonly M[], answer: Answer): M[] {
  return marks.map((mark) =>
    mark.kind < digitKinds ? { ...mark, kind: topOf(answer.probabilities, mark.row!).digit } : mark,
  );
}

/** The reading of marks whose digits are named, from the answer that they are named by. */
export function composeMarks(
  marks: readonly ReadMark[],
  answer: Answer,
  { width, height, clutter, confidenceOf }: MarkEvidence,
  card: Pick<ModelCard, 'unsureBelow' | 'familiarAbove'>,
): ReadPicture {
  const { lines, written } = arrangeMarks(marks);
  const rows = lines.flat(2).map((mark) => mark.row!);
  const digits = lines.map((words) => words.map((word) => word.map((mark) => mark.digit!)));
  const reading = composeReading({ width, height, clutter, lines: digits }, rowsOf(answer, rows), card);
  const confidence = short(confidenceOf(reading));
  return { ...reading, written, confidence, unsure: reading.unsure || confidence < card.unsureBelow };
}

/** Some rows of an answer. */
function rowsOf({ probabilities, familiarity }: Answer, rows: readonly number[]): Answer {
  return {
    probabilities: Float32Array.from(
      rows.flatMap((row) => [...probabilities.subarray(row * 10, row * 10 + 10)]),
    ),
    familiarity: Float32Array.from(rows, (row) => familiarity[row]!),
  };
}
