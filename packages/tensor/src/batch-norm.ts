/**
 * Batch normalisation with the statistics of the batch itself (Ioffe and Szegedy 2015). One operator for the
 * gradient's sake: its rule needs two sums and three passes over x, where the rules of its parts would need a dozen.
 */
import { add, div, mul, neg, sqrt, square, sub } from './elementwise.ts';
import { mean, sum } from './reduction.ts';
import { shapeError, sizeOf } from './shape.ts';
import { reshape } from './shaping.ts';
import { composite, type Node, type Tensor } from './tensor.ts';

/** The result of `batchNorm`. */
export interface BatchNormResult {
  readonly output: Tensor;
  /** Mean of each channel over the batch, `[channels]`. */
  readonly mean: Tensor;
  /** Variance of each channel over the batch, `[channels]`, divided by n, not n − 1. */
  readonly variance: Tensor;
}

const axesOf = (x: Tensor) => [...x.shape.keys()].filter((axis) => axis !== 1);
const perChannel = (x: Tensor, values: Tensor) =>
  reshape(
    values,
    x.shape.map((size, axis) => (axis === 1 ? size : 1)),
  );

/**
 * Normalises each channel (axis 1) of x, of any layout, to mean 0 and variance 1 over the batch, then scales and
 * shifts it: (x − mean) / √(variance + epsilon) · scale + shift, with `scale` and `shift` of `[channels]`.
 */
export function batchNorm(x: Tensor, scale: Tensor, shift: Tensor, epsilon = 1e-5): BatchNormResult {
  const channels = x.shape[1];
  if (x.rank < 2 || scale.rank !== 1 || scale.shape[0] !== channels || shift.shape[0] !== channels) {
    throw shapeError('batchNorm', 'expected a scale and a shift for each channel', x.shape, scale.shape);
  }
  const over = { axes: axesOf(x), keepDimensions: true };
  const average = mean(x, over);
  const centred = sub(x, average);
  const variance = mean(square(centred), over);
  const inverse = div(1, sqrt(add(variance, epsilon)));
  const factor = mul(inverse, perChannel(x, scale));
  const body = add(mul(centred, factor), perChannel(x, shift));
  const output = composite('BatchNorm', [x, scale, shift], body, { centred, inverse, factor });
  return { output, mean: reshape(average, [channels!]), variance: reshape(variance, [channels!]) };
}

/**
 * With x̂ = (x − mean) · inverse and n elements a channel:
 * dshift = Σg, dscale = Σ g·x̂, dx = scale · inverse · (g − dshift / n − x̂ · dscale / n).
 */
export function batchNormGradients(g: Tensor, inputs: readonly Tensor[], node: Node): Tensor[] {
  const [x, scale, shift] = inputs as readonly [Tensor, Tensor, Tensor];
  const { centred, inverse, factor } = node.saved as Record<'centred' | 'inverse' | 'factor', Tensor>;
  const over = { axes: axesOf(x), keepDimensions: true };
  const count = sizeOf(x.shape) / sizeOf(scale.shape);
  const total = sum(g, over);
  const aligned = mul(sum(mul(g, centred), over), inverse);
  const slope = mul(mul(aligned, inverse), neg(div(factor, count)));
  const offset = neg(mul(total, div(factor, count)));
  const dx = add(add(mul(g, factor), mul(centred, slope)), offset);
  return [dx, reshape(aligned, scale.shape), reshape(total, shift.shape)];
}
