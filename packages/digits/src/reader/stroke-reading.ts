/**
 * A reading of pen strokes. Strokes are objects, so that ink which touches does not join digits. Every group of strokes that
 * may be a digit is drawn alone and read; the cheapest groups that hold each stroke once are the digits.
 *
 *     strokes ─separators apart─▶ candidate groups ─each drawn alone─▶ answer of the digit network
 *             ─cheapest cover─▶ digits and separators ─arranged─▶ reading
 */
import { setImmediate } from 'node:timers/promises';
import { topOf } from '../evaluate/calibration.ts';
import type { ModelCard } from '../model/model-card.ts';
import { around, type Edges, sizeOf } from '../prepare/boxes.ts';
import { clutterOf } from '../prepare/clutter.ts';
import { expectAtMost, mostDigits } from '../prepare/find-digits.ts';
import { prepareAlone, type StrokeDigits, type StrokeSheet } from '../prepare/prepare-strokes.ts';
import type { PreparedDigit } from '../prepare/prepared.ts';
import { type CandidateGroup, candidateGroups, geometricCost } from '../strokes/candidate-groups.ts';
import { cheapestCover } from '../strokes/cheapest-cover.ts';
import { isSlashLike, type Separator, separatorsOf } from '../strokes/separators.ts';
import { type StrokeShape, shapeOf } from '../strokes/stroke-shape.ts';
import type { Answer } from './batcher.ts';
import { arrangeMarks, type PlacedMark } from './lines.ts';
import { slash, withoutLoneSlashes } from './lone-slashes.ts';
import { composeReading, type ReadPicture, short } from './reading.ts';

/** A group of strokes as the digit network will see it. */
interface Candidate extends CandidateGroup, StrokeDigits {
  readonly shapes: readonly StrokeShape[];
}

/** A drawing before the network has read its candidates. */
export interface StrokeCandidates {
  readonly sheet: StrokeSheet;
  /** Strokes that are to be covered. */
  readonly count: number;
  readonly candidates: readonly Candidate[];
  readonly separators: readonly Separator[];
  /** How tall the writing may be; the tallest first. */
  readonly heights: readonly number[];
}

/** A stroke smaller than this, over the writing's height, is no digit by itself. */
const smallestDigit = 0.3;
/** What it costs to leave such a stroke out. */
const speckCost = 3;
/**
 * What each nat of familiarity costs that a digit lacks, up to `familiarMargin` above the model's threshold: half a digit is
 * often read with a high probability, and is strange. Each digit of a split pays it, so that splitting is not free.
 */
const strangenessCost = 0.3;
const familiarMargin = 0.7;

/** Narrower than this, over its height, no digit but the 1 is; a 2 over a 5 is, which the network takes for a 3. */
const usualWidth = 0.4;
const slendernessCost = 10;
/** Two lines of writing, rather than one of digits twice as tall, must be cheaper by this. */
const lowerMargin = 0.5;
/**
 * How much surer a difference of costs is than one of logs of probabilities. 3 makes the outcomes of strings of one half of
 * pendigits most probable; 2 and 5 are hardly worse.
 */
const sharpness = 3;
/** Drawings of more strokes than this are not searched… */
const mostStrokes = 512;
/** …nor are those of more candidates: most take half a millisecond to draw, large ones two. */
const mostCandidates = 768;
/** This many are drawn before other work of the event loop has its turn. */
const drawnAtOnce = 64;

/**
 * Draws everything that may be a digit: about two candidates a stroke, at most six. Undefined for a tangle and for
 * more strokes than are searched. Rejects with the signal's reason.
 */
export async function strokeCandidates(
  sheet: StrokeSheet,
  signal: AbortSignal,
): Promise<StrokeCandidates | undefined> {
  const { strokes, height } = sheet.drawing;
  if (strokes.length > mostStrokes || height === 0) return undefined;
  const shapes = strokes.map(shapeOf);
  const separators = separatorsOf(shapes, height);
  const apart = new Set(separators.flatMap((separator) => separator.strokes));
  const found = candidateGroups(
    shapes.filter((shape) => !apart.has(shape)),
    height,
  );
  if (!found || found.groups.length > mostCandidates) return undefined;
  const { order, groups, heights } = found;
  const candidates: Candidate[] = [];
  for (const [i, group] of groups.entries()) {
    if (i > 0 && i % drawnAtOnce === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    const members = group.strokes.map((place) => order[place]!);
    candidates.push({ ...group, shapes: members, ...drawn(sheet, members) });
  }
  return { sheet, count: order.length, candidates, separators, heights };
}

function drawn(sheet: StrokeSheet, members: readonly StrokeShape[]): StrokeDigits {
  const { strokes, height } = sheet.drawing;
  const isSpeck = members.length === 1 && sizeOf(members[0]!) < smallestDigit * height;
  if (isSpeck) return { digits: [], groups: [] };
  return prepareAlone(
    sheet,
    members.map(({ index }) => strokes[index]!),
  );
}

/** A mark of a drawing: a digit that was read, or a separator. */
interface StrokeMark extends PlacedMark {
  /** Present of a digit. */
  readonly digit?: PreparedDigit;
  /** Its row in the answer. */
  readonly row?: number;
}

/**
 * The reading of a drawing from the network's answer for the digits of all candidates, in their order; undefined when none of
 * its strokes is a digit. Throws DIGITS_NONE_FOUND for more than 512 digits.
 */
export function composeStrokeReading(
  drawing: StrokeCandidates,
  answer: Answer,
  card: Pick<ModelCard, 'unsureBelow' | 'familiarAbove'>,
): ReadPicture | undefined {
  const { sheet, separators } = drawing;
  const { groups: cover, certainty } = coverOf(drawing, answer, card);
  const read = cover.filter(({ digits }) => digits.length > 0);
  if (read.length === 0) return undefined;
  expectAtMost(
    mostDigits,
    read.reduce((sum, { digits }) => sum + digits.length, 0),
  );
  const marks = withoutLoneSlashes([
    ...separators.map((separator) => markOf(separator, sheet)),
    ...read.flatMap(({ digits, rows, shapes }) =>
      digits.map((digit, i): StrokeMark => {
        const kind =
          shapes.length === 1 && isSlashLike(shapes[0]!)
            ? slash
            : topOf(answer.probabilities, rows[i]!).digit;
        return { ...placed(digit.box), kind, digit, row: rows[i]! };
      }),
    ),
  ]);
  const { lines, written } = arrangeMarks(marks);
  const rows = lines.flat(2).map((mark) => mark.row!);
  const clutter = clutterOf(
    read.flatMap(({ groups }) => groups),
    {
      specks: cover.length - read.length,
      doubt: 0,
      lineLength: sheet.drawing.length * sheet.canvas.scale,
    },
  );
  const { width, height } = sheet.kept;
  const picture = {
    width,
    height,
    lines: lines.map((words) => words.map((word) => word.map((mark) => mark.digit!))),
    clutter,
  };
  const reading = composeReading(picture, rowsOf(answer, rows), card);
  const confidence = short(reading.confidence * certainty);
  return { ...reading, written, confidence, unsure: reading.unsure || confidence < card.unsureBelow };
}

/** A candidate with its rows in the answer. */
interface Judged extends Candidate {
  readonly rows: readonly number[];
  readonly cost: number;
}

/** The cheapest cover, at the tallest height of the writing unless a lower one is much cheaper. */
function coverOf(
  { count, candidates, heights }: StrokeCandidates,
  answer: Answer,
  { familiarAbove }: Pick<ModelCard, 'familiarAbove'>,
): { groups: readonly Judged[]; certainty: number } {
  let row = 0;
  const read = candidates.map((candidate) => {
    const rows = candidate.digits.map(() => row++);
    return { ...candidate, rows, cost: readingCost(candidate, rows, answer, familiarAbove) };
  });
  const [tallest, ...lower] = heights.map((height) => {
    const judged = read.map((each) => ({ ...each, cost: each.cost + geometricCost(each, height) }));
    // Each stroke alone is a candidate, so that there is a cover.
    const groups = cheapestCover(count, judged) as Judged[];
    return { judged, groups, cost: totalOf(groups) };
  });
  const { judged, groups } = lower.find(({ cost }) => cost < tallest!.cost - lowerMargin) ?? tallest!;
  return { groups, certainty: certaintyOf(count, judged, groups, answer) };
}

const totalOf = (groups: readonly Judged[]) => groups.reduce((sum, { cost }) => sum + cost, 0);

/**
 * How probable the cheapest cover is against those that do without one of its groups and say something else, 0…1.
 */
function certaintyOf(
  count: number,
  judged: readonly Judged[],
  cheapest: readonly Judged[],
  answer: Answer,
): number {
  const digitsOf = (groups: readonly Judged[]) =>
    groups
      .flatMap(({ digits, rows }) => digits.map(({ box }, i) => ({ x: box[0], row: rows[i]! })))
      .sort((a, b) => a.x - b.x)
      .map(({ row }) => topOf(answer.probabilities, row).digit)
      .join('');
  const costs = new Map([[digitsOf(cheapest), totalOf(cheapest)]]);
  for (const group of cheapest) {
    const other = cheapestCover(
      count,
      judged.filter((each) => each !== group),
    ) as Judged[] | undefined;
    if (!other) continue;
    const text = digitsOf(other);
    costs.set(text, Math.min(costs.get(text) ?? Infinity, totalOf(other)));
  }
  const least = totalOf(cheapest);
  return 1 / [...costs.values()].reduce((sum, cost) => sum + Math.exp(sharpness * (least - cost)), 0);
}

function readingCost(
  { digits, shapes }: Candidate,
  rows: readonly number[],
  { probabilities, familiarity }: Answer,
  familiarAbove = -Infinity,
): number {
  if (digits.length === 0) return shapes.length === 1 ? speckCost : Infinity;
  return rows.reduce((sum, row, i) => {
    const { digit, confidence } = topOf(probabilities, row);
    const strange = Math.max(0, familiarAbove + familiarMargin - familiarity[row]!);
    const [, , width, height] = digits[i]!.box;
    const slender = shapes.length > 1 && digit !== 1 ? Math.max(0, usualWidth - width / height) : 0;
    return sum - Math.log(confidence) + strangenessCost * strange + slendernessCost * slender;
  }, 0);
}

function markOf({ kind, strokes }: Separator, { kept }: StrokeSheet): StrokeMark {
  const edges: Edges = around(strokes);
  return {
    kind,
    x: ((edges.left + edges.right) / 2 - kept.originX) * kept.scale,
    y: ((edges.top + edges.bottom) / 2 - kept.originY) * kept.scale,
    width: (edges.right - edges.left) * kept.scale + kept.pen,
    height: (edges.bottom - edges.top) * kept.scale + kept.pen,
  };
}

const placed = ([x, y, width, height]: PreparedDigit['box']) => ({
  x: x + width / 2,
  y: y + height / 2,
  width,
  height,
});

/** Some rows of an answer. */
function rowsOf({ probabilities, familiarity }: Answer, rows: readonly number[]): Answer {
  return {
    probabilities: Float32Array.from(
      rows.flatMap((row) => [...probabilities.subarray(row * 10, row * 10 + 10)]),
    ),
    familiarity: Float32Array.from(rows, (row) => familiarity[row]!),
  };
}
