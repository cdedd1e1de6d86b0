import { expectNumber } from '@inkwire/base';

/** Digits whose confidence lies in (from, to]. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean over the bin; NaN when it is empty. */
  readonly confidence: number;
  /** Share read correctly; NaN when the bin is empty. */
  readonly accuracy: number;
}

const binCount = 15;
const minTemperature = 0.05;
const maxTemperature = 20;

/** The most probable digit of row `index` of probabilities [n, 10]; the smaller one of equals. */
export function topOf(
  probabilities: ArrayLike<number>,
  index: number,
): { digit: number; confidence: number } {
  const row = index * 10;
  let digit = 0;
  for (let i = 1; i < 10; i++) if (probabilities[row + i]! > probabilities[row + digit]!) digit = i;
  return { digit, confidence: probabilities[row + digit]! };
}

/** `correct / count`, and NaN for none of none. */
export function accuracyOf(correct: number, count: number): number {
  return count === 0 ? Number.NaN : correct / count;
}

/** Confidence against accuracy in 15 bins of equal width, from probabilities [n, 10] and labels [n]. */
export function reliabilityOf(probabilities: ArrayLike<number>, labels: Uint8Array): ReliabilityBin[] {
  return binConfidences(
    Array.from(labels, (label, i) => {
      const { digit, confidence } = topOf(probabilities, i);
      return { confidence, isRight: digit === label };
    }),
  );
}

/** Confidence against accuracy in 15 bins of equal width, of anything that is right or wrong. */
export function binConfidences(
  readings: Iterable<{ readonly confidence: number; readonly isRight: boolean }>,
): ReliabilityBin[] {
  const bins = Array.from({ length: binCount }, () => ({ count: 0, sum: 0, correct: 0 }));
  for (const { confidence, isRight } of readings) {
    const bin = bins[Math.min(binCount - 1, Math.max(0, Math.ceil(confidence * binCount) - 1))]!;
    bin.count++;
    bin.sum += confidence;
    if (isRight) bin.correct++;
  }
  return bins.map(({ count, sum, correct }, i) => ({
    from: i / binCount,
    to: (i + 1) / binCount,
    count,
    confidence: accuracyOf(sum, count),
    accuracy: accuracyOf(correct, count),
  }));
}

/** Expected calibration error: |accuracy − confidence| of each bin, weighted by its share (Guo et al., ICML 2017, eq. 3). */
export function calibrationErrorOf(reliability: readonly ReliabilityBin[]): number {
  const total = reliability.reduce((sum, { count }) => sum + count, 0);
  return reliability.reduce(
    (sum, bin) =>
      bin.count === 0 ? sum : sum + (bin.count / total) * Math.abs(bin.accuracy - bin.confidence),
    0,
  );
}

/**
 * The temperature T for which softmax(logits / T) explains the labels best: least negative log-likelihood, from logits
 * [n, 10] of digits that the model was not trained on (Guo et al., ICML 2017, section 4.2). It never changes which digit
 * is read.
 *
 * The loss is convex in β = 1/T, so its one slope is found by Newton's steps kept inside a shrinking bracket. Where every
 * digit is read correctly the best β is infinite: T stays within 0.05 … 20.
 *
 * Throws a RangeError when the two arrays do not match.
 */
export function fitTemperature(logits: Float32Array, labels: Uint8Array): number {
  if (labels.length === 0 || logits.length !== labels.length * 10)
    throw new RangeError(
      `Expected \`logits\` to be [${labels.length}, 10], got \`${logits.length}\` numbers`,
    );
  let low = 1 / maxTemperature;
  let high = 1 / minTemperature;
  let beta = 1;
  for (let round = 0; round < 100 && high - low > 1e-7 * high; round++) {
    const { slope, curvature } = lossAt(beta, logits, labels);
    if (slope > 0) high = beta;
    else low = beta;
    const step = slope / curvature;
    // At the minimum Newton's step leads nowhere: there is nothing left to halve. By the step and not by the slope, which
    // vanishes as well where β should go on growing.
    if (Math.abs(step) < 1e-9 * beta) break;
    beta = beta - step > low && beta - step < high ? beta - step : (low + high) / 2;
  }
  return 1 / beta;
}

/** First and second derivative by β of the mean of −log softmax(β · logits)[label]: mean and variance of the logits. */
function lossAt(
  beta: number,
  logits: Float32Array,
  labels: Uint8Array,
): { slope: number; curvature: number } {
  let slope = 0;
  let curvature = 0;
  for (let n = 0; n < labels.length; n++) {
    const row = logits.subarray(n * 10, n * 10 + 10);
    const top = Math.max(...row);
    let sum = 0;
    let first = 0;
    let second = 0;
    for (const logit of row) {
      const below = logit - top;
      const weight = Math.exp(beta * below);
      sum += weight;
      first += weight * below;
      second += weight * below * below;
    }
    const mean = first / sum;
    slope += mean - (row[labels[n]!]! - top);
    curvature += second / sum - mean * mean;
  }
  return { slope: slope / labels.length, curvature: curvature / labels.length };
}

/**
 * The lowest threshold at which, of the digits accepted (confidence ≥ threshold), no more than `errorRate` are wrong:
 * 0 when all may be accepted, 1 when even the surest are wrong too often. From probabilities [n, 10] and labels [n] of
 * digits that the model was not trained on. A point estimate: on other digits the rate scatters around it.
 *
 * Throws a RangeError when the arrays do not match or `errorRate` is outside 0 … 1.
 */
export function chooseUnsureBelow(
  probabilities: ArrayLike<number>,
  labels: Uint8Array,
  errorRate: number,
): number {
  expectNumber('errorRate', errorRate, { min: 0, max: 1 });
  if (probabilities.length !== labels.length * 10)
    throw new RangeError(
      `Expected \`probabilities\` to be [${labels.length}, 10], got \`${probabilities.length}\``,
    );
  const answers = Array.from(labels, (label, i) => {
    const { digit, confidence } = topOf(probabilities, i);
    return { confidence, isRight: digit === label };
  });
  return thresholdFor(answers, errorRate);
}

/** The lowest confidence from which on at most `errorRate` of the answers are wrong: 0 if of all, 1 if of none. */
export function thresholdFor(
  answers: readonly { readonly confidence: number; readonly isRight: boolean }[],
  errorRate: number,
): number {
  const surestFirst = answers.toSorted((a, b) => b.confidence - a.confidence);
  let wrong = 0;
  let threshold = 1;
  surestFirst.forEach(({ confidence, isRight }, i) => {
    if (!isRight) wrong++;
    const isLastOfEquals = surestFirst[i + 1]?.confidence !== confidence;
    if (isLastOfEquals && wrong <= errorRate * (i + 1)) threshold = confidence;
  });
  return wrong <= errorRate * answers.length ? 0 : threshold;
}
