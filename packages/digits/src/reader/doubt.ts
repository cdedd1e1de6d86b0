/**
 * The probability that a whole reading is right: a logistic function of a few named reasons, fitted on validation pages that
 * were disturbed on purpose. Each reason can act in one direction only. More unread ink never makes a reading surer,
 * whatever the samples of a fit say.
 */
import { sigmoid } from '../detect/detector-maps.ts';
import type { DoubtWeights } from '../model/model-card.ts';

/** The reasons for and against a reading, besides its text. Shares are of all ink that was found, 0…1. */
export interface Evidence {
  /** The calibrated confidences of its digits, 0…1. */
  readonly confidences: readonly number[];
  /** The detector's score of the mark that it is least sure of, 0…1: whether it is one at all. */
  readonly weakestMark: number;
  /** Ink that was found and belongs to no digit and no separator that was read. */
  readonly unreadInk: number;
  /** Ink of letters, crossings-out and other writing. */
  readonly otherWriting: number;
}

/** A reading whose truth is known. */
export interface DoubtSample {
  readonly evidence: Evidence;
  /** Whether the whole text was right. */
  readonly isRight: boolean;
}

/** The product of the digits' confidences, as if nothing else were known. A fit begins here and is drawn to it. */
export const plainDoubt: DoubtWeights = {
  offset: 0,
  together: 1,
  weakest: 0,
  weakestMark: 0,
  unreadInk: 0,
  otherWriting: 0,
};

const names = ['offset', 'together', 'weakest', 'weakestMark', 'unreadInk', 'otherWriting'] as const;
/** The direction of each: 0 is free. */
const signs = [0, 1, 1, 1, -1, -1] as const;
/** Log odds beyond this say no more: 1 − 6·10⁻⁶. */
const surest = 12;
/** The pull of a fit to `plainDoubt`, as a weight on half the squared distance. One sample outweighs it little. */
const ridge = 0.1;
const mostSteps = 50;
/** A step that changes no weight by more than this is the last. */
const smallestStep = 1e-9;

/** 0…1: the probability that the whole text is right. 0 without a digit. */
export function confidenceOf(evidence: Evidence, weights: DoubtWeights): number {
  if (evidence.confidences.length === 0) return 0;
  const features = featuresOf(evidence);
  return sigmoid(names.reduce((sum, name, i) => sum + weights[name] * features[i]!, 0));
}

/**
 * The weights that make the samples most probable, under the signs of `DoubtWeights` and a weak pull to `plainDoubt`:
 * penalised logistic regression by Newton's method (iteratively reweighted least squares). A weight whose best value has
 * the wrong sign is held at 0 and the others are fitted again. Throws a RangeError when a sample has no digit.
 */
export function fitDoubt(samples: readonly DoubtSample[]): DoubtWeights {
  if (samples.some(({ evidence }) => evidence.confidences.length === 0))
    throw new RangeError('Expected every sample to have at least one confidence');
  const rows = samples.map(({ evidence, isRight }) => ({ features: featuresOf(evidence), isRight }));
  const free = new Set(names.keys());
  for (;;) {
    const weights = fitFree(rows, free);
    // The one that is most in the wrong: without it the next may be right.
    const [worst] = [...free]
      .filter((i) => weights[i]! * signs[i]! < 0)
      .sort((a, b) => weights[a]! * signs[a]! - weights[b]! * signs[b]!);
    if (worst === undefined)
      return Object.fromEntries(names.map((name, i) => [name, weights[i]!])) as unknown as DoubtWeights;
    free.delete(worst);
  }
}

interface Row {
  readonly features: readonly number[];
  readonly isRight: boolean;
}

/** In the order of `names`. */
function featuresOf({ confidences, weakestMark, unreadInk, otherWriting }: Evidence): readonly number[] {
  const together = confidences.reduce((product, confidence) => product * confidence, 1);
  return [
    1,
    logOdds(together),
    logOdds(Math.min(...confidences)),
    logOdds(weakestMark),
    unreadInk,
    otherWriting,
  ];
}

/** Newton's method over the weights in `free`; the others are 0. A step that makes the loss greater is halved. */
function fitFree(rows: readonly Row[], free: ReadonlySet<number>): number[] {
  let weights = names.map((name, i) => (free.has(i) ? plainDoubt[name] : 0));
  let loss = lossOf(rows, weights, free);
  for (let step = 0; step < mostSteps; step++) {
    const change = newtonStep(rows, weights, free);
    let share = 1;
    let next = weights;
    let nextLoss = Infinity;
    for (; share > 1e-6 && !(nextLoss <= loss); share /= 2) {
      next = weights.map((weight, i) => weight - share * change[i]!);
      nextLoss = lossOf(rows, next, free);
    }
    if (!(nextLoss <= loss)) break;
    [weights, loss] = [next, nextLoss];
    if (change.every((by) => Math.abs(by) < smallestStep)) break;
  }
  return weights;
}

/** Minus the log likelihood, and the pull. */
function lossOf(rows: readonly Row[], weights: readonly number[], free: ReadonlySet<number>): number {
  let loss = 0;
  for (const i of free) loss += (ridge / 2) * (weights[i]! - plainDoubt[names[i]!]) ** 2;
  for (const { features, isRight } of rows) {
    const odds = (isRight ? -1 : 1) * dot(weights, features);
    // log(1 + eᵒ) without overflow.
    loss += Math.max(0, odds) + Math.log1p(Math.exp(-Math.abs(odds)));
  }
  return loss;
}

/** The inverse of the second derivatives times the first: what a full step takes off the weights. */
function newtonStep(rows: readonly Row[], weights: readonly number[], free: ReadonlySet<number>): number[] {
  const size = names.length;
  const gradient = new Float64Array(size);
  const curvature = Array.from({ length: size }, () => new Float64Array(size));
  for (const i of free) {
    gradient[i] = ridge * (weights[i]! - plainDoubt[names[i]!]);
    curvature[i]![i] = ridge;
  }
  for (const { features, isRight } of rows) {
    const probability = sigmoid(dot(weights, features));
    const spread = probability * (1 - probability);
    for (const i of free) {
      gradient[i]! += (probability - +isRight) * features[i]!;
      for (const j of free) curvature[i]![j]! += spread * features[i]! * features[j]!;
    }
  }
  for (let i = 0; i < size; i++) if (!free.has(i)) curvature[i]![i] = 1;
  return solve(curvature, gradient);
}

/** x of A·x = b for a symmetric positive definite A [n][n], by Gaussian elimination. Overwrites both. */
function solve(a: readonly Float64Array[], b: Float64Array): number[] {
  const size = b.length;
  for (let k = 0; k < size; k++)
    for (let i = k + 1; i < size; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      for (let j = k; j < size; j++) a[i]![j]! -= factor * a[k]![j]!;
      b[i]! -= factor * b[k]!;
    }
  const x = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) x[i] = (b[i]! - dot(a[i]!, x)) / a[i]![i]!;
  return x;
}

const dot = (a: ArrayLike<number>, b: readonly number[]): number =>
  b.reduce((sum, value, i) => sum + value * a[i]!, 0);

const logOdds = (probability: number): number =>
  Math.max(-surest, Math.min(surest, Math.log(probability / (1 - probability))));
