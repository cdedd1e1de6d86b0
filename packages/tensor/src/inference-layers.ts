/**
 * Layers as inference computes them. Both rewrites work on constants, so a runtime that folds constants does them
 * once, when it loads the model.
 */
import { asPads, conv2d, type Padding } from './convolution.ts';
import { add, div, mul, sqrt, sub } from './elementwise.ts';
import { gemm } from './matrix.ts';
import { staticShape } from './shape.ts';
import { reshape, transpose } from './shaping.ts';
import { apply, constant, type Tensor } from './tensor.ts';

/**
 * `conv2d` with stride 1. After a space-to-depth it becomes one convolution of the larger picture, whose stride and
 * filters are larger instead: the same products, without moving pixels, a sixth of the time of the digit network.
 */
export function inferenceConv(x: Tensor, weight: Tensor, bias: Tensor | undefined, padding: Padding): Tensor {
  const { source } = x;
  if (source.kind !== 'node' || source.node.operator !== 'SpaceToDepth') {
    return conv2d(x, weight, bias, { padding });
  }
  const block = source.node.attributes.blocksize as number;
  const picture = source.node.inputs[0]!;
  const [out, deep, height, width] = staticShape('conv2d', weight.shape) as [number, number, number, number];
  const channels = deep / (block * block);
  // Channel (row · block + column) · c + channel of the filters goes back to its row and column.
  const parts = transpose(reshape(weight, [out, block, block, channels, height, width]), [0, 3, 4, 1, 5, 2]);
  const wide = reshape(parts, [out, channels, height * block, width * block]);
  const [top, left, bottom, right] = asPads(padding, [height, width]);
  const pads = [top * block, left * block, bottom * block, right * block] as const;
  return conv2d(picture, wide, bias, { padding: pads, stride: block });
}

/** Batch normalisation by constants `[channels]`. After a matrix product it goes into the matrix; runtimes fold it into convolutions themselves. */
export function inferenceBatchNorm(
  x: Tensor,
  [scale, shift, mean, variance]: readonly [Tensor, Tensor, Tensor, Tensor],
  epsilon: number,
): Tensor {
  const { source } = x;
  if (source.kind === 'node' && source.node.operator === 'Gemm' && x.rank === 2) {
    const [a, weight, bias = constant(0)] = source.node.inputs as readonly [Tensor, Tensor, Tensor?];
    const factor = div(scale, sqrt(add(variance, epsilon)));
    return gemm(a, mul(weight, factor), add(mul(sub(bias, mean), factor), shift));
  }
  const inputs = [x, scale, shift, mean, variance];
  return apply(
    'BatchNormalization',
    inputs,
    { shape: x.shape },
    { attributes: { epsilon: { float: epsilon } } },
  );
}
