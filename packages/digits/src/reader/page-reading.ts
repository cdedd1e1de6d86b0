/**
 * A reading of a page on which the detector found marks. Where the marks stand decides lines, words and separators; what each
 * digit is, the detector and the network of single digits decide together.
 *
 *     marks ─slashes that are ones─▶ arranged ─crops─▶ answer of the digit network ─× the detector's─▶ reading
 */
import type { FoundPage } from '../detect/find-marks.ts';
import type { FoundMark } from '../detect/marks.ts';
import type { ModelCard } from '../model/model-card.ts';
import type { PreparedPicture } from '../prepare/prepared.ts';
import type { Answer } from './batcher.ts';
import { confidenceOf, plainDoubt } from './doubt.ts';
import { cellsOf } from './grid-cells.ts';
import { arrangeMarks } from './lines.ts';
import { withoutLoneSlashes } from './lone-slashes.ts';
import { composeReading, type ReadPicture, short } from './reading.ts';

/** A page whose marks are in order, and its digits as the digit network wants them. */
export interface ArrangedPage {
  readonly page: FoundPage;
  /** All marks. */
  readonly marks: readonly FoundMark[];
  /** The digits among them in reading order, as in `picture`. */
  readonly digits: readonly FoundMark[];
  readonly picture: PreparedPicture;
}

/** Puts the marks of a page in reading order and cuts its digits out. */
export function arrangePage(page: FoundPage): ArrangedPage {
  const marks = withoutLoneSlashes(page.marks);
  const { lines } = arrangeMarks(marks);
  const cut = (mark: FoundMark) => ({ box: wholeBox(page, mark), pixels: page.cropOf(mark) });
  return {
    page,
    marks,
    digits: lines.flat(2),
    picture: {
      width: page.width,
      height: page.height,
      lines: lines.map((words) => words.map((word) => word.map(cut))),
      clutter: 0,
    },
  };
}

function wholeBox({ boxOf, width, height }: FoundPage, mark: FoundMark): [number, number, number, number] {
  const [x, y, across, down] = boxOf(mark);
  const [left, top] = [Math.min(width - 1, Math.floor(x)), Math.min(height - 1, Math.floor(y))];
  const [right, bottom] = [Math.min(width, Math.ceil(x + across)), Math.min(height, Math.ceil(y + down))];
  return [left, top, Math.max(1, right - left), Math.max(1, bottom - top)];
}

/**
 * The reading of an arranged page from the digit network's answer for its digits. A digit's probabilities are the product
 * of the network's and the detector's, which err independently for the most part.
 */
export function composePageReading(
  { page, marks, digits, picture }: ArrangedPage,
  answer: Answer,
  card: Pick<ModelCard, 'unsureBelow' | 'familiarAbove'>,
): ReadPicture {
  const judged = { ...answer, probabilities: together(answer.probabilities, digits) };
  const reading = composeReading(picture, judged, card);
  const read = new Map(digits.map((mark, i) => [mark, reading.digits[i]!.digit]));
  const known = marks.map((mark) => ({ ...mark, kind: read.get(mark) ?? mark.kind }));
  const confidence = short(
    confidenceOf(
      {
        confidences: reading.digits.map((digit) => digit.confidence),
        unreadInk: page.unread.marks,
        otherWriting: Math.min(1, page.unread.others),
        suppressed: 0,
      },
      plainDoubt,
    ),
  );
  return {
    ...reading,
    written: arrangeMarks(known).written,
    confidence,
    unsure: reading.unsure || confidence < card.unsureBelow,
    ...(page.grid && { cells: cellsOf(page.grid, known) }),
  };
}

/** [n, 10]: the product of two opinions on each digit, normalised. */
function together(probabilities: Float32Array, marks: readonly FoundMark[]): Float32Array {
  const result = new Float32Array(probabilities.length);
  marks.forEach(({ logits }, i) => {
    const highest = Math.max(...logits);
    let total = 0;
    for (let digit = 0; digit < 10; digit++) {
      const value = probabilities[i * 10 + digit]! * Math.exp(logits[digit]! - highest);
      result[i * 10 + digit] = value;
      total += value;
    }
    for (let digit = 0; digit < 10; digit++)
      result[i * 10 + digit] = total > 0 ? result[i * 10 + digit]! / total : probabilities[i * 10 + digit]!;
  });
  return result;
}
