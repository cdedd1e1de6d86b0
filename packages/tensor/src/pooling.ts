import { asPads, asPair, type Padding, type Pair, windowedSize } from './convolution.ts';
import { maximum, neg } from './elementwise.ts';
import { shapeError } from './shape.ts';
import { reshape, split } from './shaping.ts';
import { apply, applyMany, type Tensor } from './tensor.ts';

/** The options of a pooling window. */
export interface PoolOptions {
  /** Default: the size of the window. */
  readonly stride?: Pair;
  /** Default `'valid'`: none. Padding never wins a maximum, and counts as zeros in an average. */
  readonly padding?: Padding;
}

function geometry(operator: string, x: Tensor, size: Pair, options: PoolOptions) {
  if (x.rank !== 4) throw shapeError(operator, 'expected [batch, channels, height, width]', x.shape);
  const kernel = asPair(size);
  const stride = asPair(options.stride ?? size);
  const pads = asPads(options.padding ?? 'valid', kernel);
  const shape = [x.shape[0]!, x.shape[1]!, ...windowedSize(operator, x.shape, kernel, pads, stride)];
  return { shape, attributes: { kernel_shape: kernel, pads, strides: stride } };
}

/** The largest under each window of x `[batch, channels, height, width]`. The gradient goes to the first of equals. */
export function maxPool(x: Tensor, size: Pair, options: PoolOptions = {}): Tensor {
  const { shape, attributes } = geometry('maxPool', x, size, options);
  return applyMany('MaxPool', [x], [{ shape }, { type: 'int64', shape }], { attributes })[0]!;
}

/** The smallest under each window of x `[batch, channels, height, width]`. */
export function minPool(x: Tensor, size: Pair, options: PoolOptions = {}): Tensor {
  return neg(maxPool(neg(x), size, options));
}

/** The average under each window of x `[batch, channels, height, width]`. */
export function averagePool(x: Tensor, size: Pair, options: PoolOptions = {}): Tensor {
  const { shape, attributes } = geometry('averagePool', x, size, options);
  return apply('AveragePool', [x], { shape }, { attributes: { ...attributes, count_include_pad: 1 } });
}

/** Cuts `[1, c, h, w · batch]` into the `size`² parts that a pooling window of that size and stride sees, each `[c, h', w', batch]`. */
export function windowParts(operator: string, x: Tensor, size: number, innerBatch: number): Tensor[] {
  const [, channels, height, wide] = x.shape as readonly [number, number, number, number];
  const width = wide / innerBatch;
  if (height % size !== 0 || width % size !== 0) {
    throw shapeError(operator, `height and width are no multiples of ${size}`, x.shape, [size, size]);
  }
  const [rows, columns] = [height / size, width / size];
  const ones = Array.from({ length: size }, () => 1);
  return split(reshape(x, [channels * rows, size, wide]), ones, 1).flatMap((row) =>
    split(reshape(row, [channels * rows * columns, size, innerBatch]), ones, 1).map((part) =>
      reshape(part, [1, channels, rows, columns * innerBatch]),
    ),
  );
}

/** `maxPool` with stride = size and the batch innermost, for `[1, channels, height, width · batch]`. */
export function maxPoolInnerBatch(x: Tensor, size: number, innerBatch: number): Tensor {
  return windowParts('maxPool', x, size, innerBatch).reduce((a, b) => maximum(a, b));
}
