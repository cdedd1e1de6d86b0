/**
 * A reading of a page on which the detector found marks. The places of the marks decide lines, words and separators; the
 * detector and the network of single digits decide together which digit each mark is.
 *
 *     marks ─slashes that are ones─▶ crops ─▶ answer of the digit network ─× the detector's─▶ reading
 */
import { setImmediate } from 'node:timers/promises';
import { digitKinds, sigmoid } from '../detect/detector-maps.ts';
import type { FoundPage } from '../detect/find-marks.ts';
import type { FoundMark } from '../detect/marks.ts';
import type { DoubtWeights, ModelCard, NamingWeights } from '../model/model-card.ts';
import type { PreparedDigit } from '../prepare/prepared.ts';
import type { Answer } from './batcher.ts';
import { confidenceOf, type Evidence, plainDoubt } from './doubt.ts';
import { cellsOf } from './grid-cells.ts';
import { arrangeMarks } from './lines.ts';
import { withoutLoneSlashes } from './lone-slashes.ts';
import { composeMarks, nameDigits, type ReadMark } from './mark-reading.ts';
import { nameTogether, plainNaming } from './naming.ts';
import { legibilityOf, type ReadPicture } from './reading.ts';

/** A page with its digits as the digit network wants them. */
export interface CutPage {
  readonly page: FoundPage;
  readonly marks: readonly (FoundMark & ReadMark)[];
  /** Those of the marks that are digits. The answer has a row for each. */
  readonly digits: readonly PreparedDigit[];
}

/** Digits that are cut out in one turn of the event loop: some ten milliseconds. */
const digitsATurn = 32;

/** Cuts the digits of a page out. Throws `signal.reason` when aborted. */
export async function cutDigits(page: FoundPage, signal?: AbortSignal): Promise<CutPage> {
  const digits: PreparedDigit[] = [];
  const marks: (FoundMark & ReadMark)[] = [];
  for (const mark of withoutLoneSlashes(page.marks)) {
    if (mark.kind >= digitKinds) {
      marks.push(mark);
      continue;
    }
    if (digits.length % digitsATurn === digitsATurn - 1) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    const digit: PreparedDigit = { box: wholeBox(page, mark), pixels: page.cropOf(mark) };
    // As a digit: that of a 1 which was found as a slash is lower.
    const score = sigmoid(Math.max(...mark.logits));
    marks.push({ ...mark, score, digit, row: digits.push(digit) - 1 });
  }
  return { page, marks, digits };
}

function wholeBox({ boxOf, width, height }: FoundPage, mark: FoundMark): [number, number, number, number] {
  const [x, y, across, down] = boxOf(mark);
  const [left, top] = [Math.min(width - 1, Math.floor(x)), Math.min(height - 1, Math.floor(y))];
  const [right, bottom] = [Math.min(width, Math.ceil(x + across)), Math.min(height, Math.ceil(y + down))];
  return [left, top, Math.max(1, right - left), Math.max(1, bottom - top)];
}

/** The weights of a detector's card. */
export interface PageWeights {
  readonly naming: NamingWeights;
  readonly doubt: DoubtWeights;
  /** A page whose confidence is lower is unsure. Undefined: the digit network's own threshold. */
  readonly unsureBelow?: number | undefined;
}

/** The weights of a card; of one without, the plain ones. */
export function weightsOf({
  naming,
  doubt,
  unsureBelow,
}: Partial<Pick<ModelCard, 'naming' | 'doubt' | 'unsureBelow'>>): PageWeights {
  return {
    naming: naming ?? plainNaming,
    doubt: doubt ?? plainDoubt,
    // Chosen for the confidences of these weights, and for no others.
    unsureBelow: doubt && unsureBelow,
  };
}

/** The reading of a page from the digit network's answer for its digits. */
export function composePageReading(
  { page, marks }: CutPage,
  answer: Answer,
  card: Pick<ModelCard, 'unsureBelow' | 'familiarAbove'>,
  { naming, doubt, unsureBelow = card.unsureBelow }: PageWeights,
): ReadPicture {
  const logits = marks.filter(({ row }) => row !== undefined).map((mark) => mark.logits);
  const judged = { ...answer, probabilities: nameTogether(answer.probabilities, logits, naming) };
  const named = nameDigits(marks, judged);
  const evidence = evidenceOf({ page, marks }, { digits: [] });
  const { elsewhere } = page.unreadBeside(marks);
  // Where most of the writing is other writing, what was read is hardly a number.
  const legible = (1 - elsewhere) * legibilityOf(evidence.otherWriting);
  const about = {
    width: page.width,
    height: page.height,
    clutter: evidence.otherWriting,
    confidenceOf: ({ digits }: ReadPicture) =>
      legible * confidenceOf({ ...evidence, confidences: digits.map((digit) => digit.confidence) }, doubt),
  };
  return {
    ...composeMarks(named, judged, about, { ...card, unsureBelow }),
    ...(page.grid && { cells: cellsOf(page.grid, named) }),
  };
}

/** The reasons for and against the reading of a page. Separators that stand beside no digit are ink that was not read. */
export function evidenceOf(
  { page, marks }: Pick<CutPage, 'page' | 'marks'>,
  reading: Pick<ReadPicture, 'digits'>,
): Evidence {
  const { strays } = arrangeMarks(marks);
  const unread = page.unreadBeside(marks.filter((mark) => !strays.includes(mark)));
  return {
    confidences: reading.digits.map((digit) => digit.confidence),
    weakestMark: Math.min(...marks.map(({ score }) => score)),
    unreadInk: unread.marks,
    otherWriting: unread.others / (1 + unread.others),
  };
}
