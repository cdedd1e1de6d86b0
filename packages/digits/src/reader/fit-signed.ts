/** Fits of a few weights of which some may act in one direction only. */

/** A convex loss of weights. */
export interface SignedFit {
  /** The weights that a fit begins at and is drawn to. */
  readonly prior: readonly number[];
  /** 1 and −1: a weight is never of the other sign. 0: it is free. */
  readonly signs: readonly (-1 | 0 | 1)[];
  lossOf(weights: readonly number[]): number;
  /** Adds the first derivatives of the loss to `gradient` [n] and the second ones to `curvature` [n][n]. */
  addDerivatives(
    weights: readonly number[],
    gradient: Float64Array,
    curvature: readonly Float64Array[],
  ): void;
}

/** The pull of a fit to its prior, as a weight on half the squared distance. One sample outweighs it little. */
const ridge = 0.1;
const mostSteps = 50;
/** A step that changes no weight by more than this is the last. */
const smallestStep = 1e-9;

/**
 * The weights of the least loss, under their signs and a weak pull to the prior, by Newton's method. A weight whose best
 * value has the wrong sign is held at 0 and the others are fitted again.
 */
export function fitSigned(fit: SignedFit): number[] {
  const free = new Set(fit.prior.keys());
  for (;;) {
    const weights = fitFree(fit, free);
    // The one that is most in the wrong: without it the next may be right.
    const [worst] = [...free]
      .filter((i) => weights[i]! * fit.signs[i]! < 0)
      .sort((a, b) => weights[a]! * fit.signs[a]! - weights[b]! * fit.signs[b]!);
    if (worst === undefined) return weights;
    free.delete(worst);
  }
}

/** Newton's method over the weights in `free`; the others are 0. A step that makes the loss greater is halved. */
function fitFree(fit: SignedFit, free: ReadonlySet<number>): number[] {
  const pulledLoss = (weights: readonly number[]) => {
    let loss = fit.lossOf(weights);
    for (const i of free) loss += (ridge / 2) * (weights[i]! - fit.prior[i]!) ** 2;
    return loss;
  };
  let weights = fit.prior.map((weight, i) => (free.has(i) ? weight : 0));
  let loss = pulledLoss(weights);
  for (let step = 0; step < mostSteps; step++) {
    const change = newtonStep(fit, weights, free);
    let share = 1;
    let next = weights;
    let nextLoss = Infinity;
    for (; share > 1e-6 && !(nextLoss <= loss); share /= 2) {
      next = weights.map((weight, i) => weight - share * change[i]!);
      nextLoss = pulledLoss(next);
    }
    if (!(nextLoss <= loss)) break;
    [weights, loss] = [next, nextLoss];
    if (change.every((by) => Math.abs(by) < smallestStep)) break;
  }
  return weights;
}

/** The inverse of the second derivatives times the first: what a full step takes off the weights. */
function newtonStep(fit: SignedFit, weights: readonly number[], free: ReadonlySet<number>): number[] {
  const size = weights.length;
  const gradient = new Float64Array(size);
  const curvature = Array.from({ length: size }, () => new Float64Array(size));
  fit.addDerivatives(weights, gradient, curvature);
  for (let i = 0; i < size; i++) {
    gradient[i]! += ridge * (weights[i]! - fit.prior[i]!);
    curvature[i]![i]! += ridge;
  }
  for (let i = 0; i < size; i++) {
    if (free.has(i)) continue;
    gradient[i] = 0;
    for (let j = 0; j < size; j++) curvature[i]![j] = curvature[j]![i] = i === j ? 1 : 0;
  }
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

export const dot = (a: ArrayLike<number>, b: readonly number[]): number =>
  b.reduce((sum, value, i) => sum + value * a[i]!, 0);
