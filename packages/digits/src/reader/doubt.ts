/**
 * The probability that a whole reading is right: a logistic function of a few named reasons, fitted on validation pages that
 * were disturbed on purpose. Each reason can act in one direction only. More unread ink never makes a reading surer,
 * whatever the samples of a fit say.
 */
import { sigmoid } from '../detect/detector-maps.ts';
import type { DoubtWeights } from '../model/model-card.ts';
import { dot, fitSigned } from './fit-signed.ts';

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
/** 0…1: the probability that the whole text is right. 0 without a digit. */
export function confidenceOf(evidence: Evidence, weights: DoubtWeights): number {
  if (evidence.confidences.length === 0) return 0;
  const features = featuresOf(evidence);
  return sigmoid(names.reduce((sum, name, i) => sum + weights[name] * features[i]!, 0));
}

/**
 * The weights that make the samples most probable, under the signs of `DoubtWeights` and a weak pull to `plainDoubt`:
 * penalised logistic regression. Throws a RangeError when a sample has no digit.
 */
export function fitDoubt(samples: readonly DoubtSample[]): DoubtWeights {
  if (samples.some(({ evidence }) => evidence.confidences.length === 0))
    throw new RangeError('Expected every sample to have at least one confidence');
  const rows = samples.map(({ evidence, isRight }) => ({ features: featuresOf(evidence), isRight }));
  const weights = fitSigned({
    prior: names.map((name) => plainDoubt[name]),
    signs,
    lossOf: (weights) => lossOf(rows, weights),
    addDerivatives: (weights, gradient, curvature) => addDerivatives(rows, weights, gradient, curvature),
  });
  return Object.fromEntries(names.map((name, i) => [name, weights[i]!])) as unknown as DoubtWeights;
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

/** Minus the log likelihood. */
function lossOf(rows: readonly Row[], weights: readonly number[]): number {
  let loss = 0;
  for (const { features, isRight } of rows) {
    const odds = (isRight ? -1 : 1) * dot(weights, features);
    // log(1 + eᵒ) without overflow.
    loss += Math.max(0, odds) + Math.log1p(Math.exp(-Math.abs(odds)));
  }
  return loss;
}

function addDerivatives(
  rows: readonly Row[],
  weights: readonly number[],
  gradient: Float64Array,
  curvature: readonly Float64Array[],
): void {
  for (const { features, isRight } of rows) {
    const probability = sigmoid(dot(weights, features));
    const spread = probability * (1 - probability);
    features.forEach((feature, i) => {
      gradient[i]! += (probability - +isRight) * feature;
      features.forEach((other, j) => {
        curvature[i]![j]! += spread * feature * other;
      });
    });
  }
}

const logOdds = (probability: number): number =>
  Math.max(-surest, Math.min(surest, Math.log(probability / (1 - probability))));
