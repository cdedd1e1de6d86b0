/** Which candidate groups of a drawing are its digits, and how surely, from what the digit network says about each. */
import { topOf } from '../evaluate/calibration.ts';
import type { ModelCard } from '../model/model-card.ts';
import type { StrokeDigits, StrokeSheet } from '../prepare/prepare-strokes.ts';
import { type CandidateGroup, geometricCost } from '../strokes/candidate-groups.ts';
import { cheapestCover } from '../strokes/cheapest-cover.ts';
import type { Separator } from '../strokes/separators.ts';
import type { StrokeShape } from '../strokes/stroke-shape.ts';
import type { Answer } from './batcher.ts';

/** A group of strokes as the digit network will see it. */
export interface Candidate extends CandidateGroup, StrokeDigits {
  readonly shapes: readonly StrokeShape[];
}

/** A drawing before the network has read its candidates. */
export interface StrokeCandidates {
  readonly sheet: StrokeSheet;
  /** Strokes that are to be covered. */
  readonly count: number;
  readonly candidates: readonly Candidate[];
  readonly separators: readonly Separator[];
  /** The possible heights of the writing, the tallest first. */
  readonly heights: readonly number[];
}

/** The cost of leaving out a stroke that is too small for a digit. */
const speckCost = 3;
/**
 * The cost of each nat of familiarity that a digit lacks, up to `familiarMargin` above the model's threshold: half a digit is
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
 * The weight of a difference of costs, over that of a difference of logs of probabilities. 3 makes the outcomes of strings of
 * one half of pendigits most probable; 2 and 5 are hardly worse.
 */
const sharpness = 3;

/** A candidate with its rows in the answer. */
export interface Judged extends Candidate {
  readonly rows: readonly number[];
  readonly cost: number;
}

/** Groups that hold each stroke of a drawing once, and the probability that they are its digits, 0…1. */
export interface Cover {
  readonly groups: readonly Judged[];
  readonly certainty: number;
}

/**
 * The cheapest cover, at the tallest height of the writing unless a lower one is cheaper. The answer is for the digits of
 * all candidates, in their order.
 */
export function coverOf(
  { count, candidates, heights }: StrokeCandidates,
  answer: Answer,
  { familiarAbove }: Pick<ModelCard, 'familiarAbove'>,
): Cover {
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

/** The probability of the cheapest cover against those that lack one of its groups and say something else, 0…1. */
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
