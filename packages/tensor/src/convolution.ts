/**
 * Convolution over pictures, in two layouts.
 *
 *     plain            [batch, channels, height, width]
 *     batch innermost  [1, channels, height, width · batch]    column w of picture b stands at w · batch + b
 *
 * With the batch innermost a convolution is an ordinary one whose horizontal dilation is the batch: its long rows
 * keep the processor's vector units busy where the pictures are small (64 → 64 channels at 7×7: 1.9 ms against 6.9).
 * Only stride 1 can be written so; space-to-depth takes the place of strides.
 */

import { type Dimension, dividedDimension, type Shape, shapeError, staticShape } from './shape.ts';
import { reshape, transpose } from './shaping.ts';
import { apply, type Tensor } from './tensor.ts';

/** Vertical and horizontal, or one number for both. */
export type Pair = number | readonly [vertical: number, horizontal: number];

/** The padding at the top, left, bottom and right. */
export type Pads = readonly [number, number, number, number];

/** A padding: the same all around, vertical and horizontal, each side, or `'same'`: output as large as input at stride 1. */
export type Padding = Pair | Pads | 'same' | 'valid';

/** A pair from its short form. */
export function asPair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value;
}

/** The four pads from their short form, for a kernel of that size and dilation. */
export function asPads(padding: Padding, kernel: Pair, dilation: Pair = 1): Pads {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding === 'same') {
    const [spanY, spanX] = asPair(kernel).map((size, i) => (size - 1) * asPair(dilation)[i]!) as [
      number,
      number,
    ];
    const [top, left] = [Math.floor(spanY / 2), Math.floor(spanX / 2)];
    return [top, left, spanY - top, spanX - left];
  }
  if (typeof padding === 'object' && padding.length === 4) return padding;
  const [y, x] = asPair(padding);
  return [y, x, y, x];
}

/** Options of `conv2d`. */
export interface ConvOptions {
  /** Default `'valid'`: none. */
  readonly padding?: Padding;
  /** Default 1. Only 1 with the batch innermost. */
  readonly stride?: Pair;
  /** Default 1. */
  readonly dilation?: Pair;
  /** The number of pictures when x has the batch innermost; absent for the plain layout. */
  readonly innerBatch?: number;
}

/**
 * The height and width of the result when a window slides over a picture. A named side needs padding with which the
 * window has as many places as the side has strides.
 */
export function windowedSize(
  operator: string,
  shape: Shape,
  kernel: readonly [number, number],
  pads: Pads,
  stride: readonly [number, number],
  dilation: readonly [number, number] = [1, 1],
): [Dimension, Dimension] {
  return [0, 1].map((i) => {
    const size = shape[i + 2]!;
    const spare = pads[i]! + pads[i + 2]! - dilation[i]! * (kernel[i]! - 1) - 1;
    if (typeof size === 'string') {
      const isCovered = spare + stride[i]! >= 0 && spare < 0;
      if (isCovered) return dividedDimension(size, stride[i]!)!;
      throw shapeError(operator, `the window does not fit the named side ${size}`, shape, kernel);
    }
    const places = Math.floor((size + spare) / stride[i]!) + 1;
    if (places < 1) throw shapeError(operator, 'the window is larger than the picture', shape, kernel);
    return places;
  }) as [Dimension, Dimension];
}

/**
 * Correlates x `[batch, in, height, width]` with `weight` `[out, in, kernelHeight, kernelWidth]` and adds `bias` `[out]`.
 * With `innerBatch` x is `[1, in, height, width · batch]` and so is the result.
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvOptions = {}): Tensor {
  if (x.rank !== 4 || weight.rank !== 4 || x.shape[1] !== weight.shape[1]) {
    throw shapeError('conv2d', 'expected [batch, in, …] and [out, in, …]', x.shape, weight.shape);
  }
  if (bias && (bias.rank !== 1 || bias.shape[0] !== weight.shape[0])) {
    throw shapeError('conv2d', 'expected a bias for each output channel', weight.shape, bias.shape);
  }
  const [out, , ...kernelShape] = staticShape('conv2d', weight.shape);
  const kernel = kernelShape as [number, number];
  const stride = asPair(options.stride ?? 1);
  const dilation = asPair(options.dilation ?? 1);
  const pads = asPads(options.padding ?? 'valid', kernel, dilation);
  const inner = options.innerBatch ?? 1;
  const layout = options.innerBatch === undefined ? 'plain' : 'batch innermost';
  if (layout === 'batch innermost') {
    if (x.shape[0] !== 1 || staticShape('conv2d', x.shape)[3]! % inner !== 0) {
      throw shapeError('conv2d', `expected [1, channels, height, width · ${inner}]`, x.shape, weight.shape);
    }
    if (stride[0] !== 1 || stride[1] !== 1) {
      throw shapeError(
        'conv2d',
        'with the batch innermost only stride 1 can be written',
        x.shape,
        weight.shape,
      );
    }
  }
  const widePads = [pads[0], pads[1] * inner, pads[2], pads[3] * inner] as const;
  const wideDilation = [dilation[0], dilation[1] * inner] as const;
  const size = windowedSize('conv2d', x.shape, kernel, widePads, stride, wideDilation);
  const attributes = {
    kernel_shape: kernel,
    pads: widePads,
    strides: stride,
    dilations: wideDilation,
  };
  return apply(
    'Conv',
    bias ? [x, weight, bias] : [x, weight],
    { shape: [x.shape[0]!, out!, ...size] },
    {
      attributes,
      ...(layout === 'plain' ? {} : { rule: 'ConvInnerBatch', hints: { innerBatch: inner } }),
    },
  );
}

/** The options of the convolution that `convTranspose2d` reverses. */
export interface ConvTransposeOptions {
  readonly pads: Pads;
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Height and width of the result, which the options above leave open when the stride is above 1. */
  readonly outputSize: readonly [number, number];
}

/** The gradient of `conv2d` with respect to its input, for any stride. Slow on processors; stride 1 has a faster way. */
export function convTranspose2d(g: Tensor, weight: Tensor, options: ConvTransposeOptions): Tensor {
  const { pads, stride, dilation, outputSize } = options;
  const kernel = staticShape('convTranspose2d', weight.shape).slice(2);
  const given = staticShape('convTranspose2d', g.shape.slice(2));
  const extra = [0, 1].map((i) => {
    const least =
      stride[i]! * (given[i]! - 1) + dilation[i]! * (kernel[i]! - 1) + 1 - pads[i]! - pads[i + 2]!;
    return outputSize[i]! - least;
  });
  const attributes = {
    kernel_shape: kernel,
    pads,
    strides: stride,
    dilations: dilation,
    output_padding: extra,
  };
  const shape = [g.shape[0]!, weight.shape[1]!, ...outputSize];
  return apply('ConvTranspose', [g, weight], { shape }, { attributes });
}

/** From `[batch, channels, height, width]` to `[1, channels, height, width · batch]`. */
export function toInnerBatch(x: Tensor): Tensor {
  const [batch, channels, height, width] = staticShape('toInnerBatch', x.shape) as [
    number,
    number,
    number,
    number,
  ];
  const turned = transpose(reshape(x, [batch, channels * height * width]), [1, 0]);
  return reshape(turned, [1, channels, height, width * batch]);
}

/** From `[1, channels, height, width · batch]` to `[batch, channels, height, width]`. */
export function fromInnerBatch(x: Tensor, batch: number): Tensor {
  const [, channels, height, wide] = staticShape('fromInnerBatch', x.shape) as [
    number,
    number,
    number,
    number,
  ];
  const turned = transpose(reshape(x, [channels * height * (wide / batch), batch]), [1, 0]);
  return reshape(turned, [batch, channels, height, wide / batch]);
}

/**
 * Moves each block of `block` × `block` pixels into channels: `[batch, c, h, w]` → `[batch, block² · c, h / block, w / block]`.
 * Output channel `(row · block + column) · c + channel`, as in ONNX's SpaceToDepth. With `innerBatch`, the same on
 * `[1, c, h, w · batch]`.
 */
export function spaceToDepth(x: Tensor, block: number, innerBatch?: number): Tensor {
  if (innerBatch === undefined) return plainSpaceToDepth(x, block);
  const [channels, height, wide] = staticShape('spaceToDepth', x.shape.slice(1)) as [number, number, number];
  const width = wide / innerBatch;
  if (x.rank !== 4 || height % block !== 0 || width % block !== 0) throw noMultiple(x, block);
  const small = [channels * block * block, height / block, (width / block) * innerBatch];
  const blocks = reshape(x, [channels, height / block, block, width / block, block, innerBatch]);
  return reshape(transpose(blocks, [2, 4, 0, 1, 3, 5]), [1, ...small]);
}

function plainSpaceToDepth(x: Tensor, block: number): Tensor {
  const [batch, channels, ...sides] = x.shape;
  const [height, width] = sides.map((side) => dividedDimension(side, block));
  if (x.rank !== 4 || typeof channels !== 'number' || height === undefined || width === undefined)
    throw noMultiple(x, block);
  const shape = [batch!, channels * block * block, height, width];
  return apply('SpaceToDepth', [x], { shape }, { attributes: { blocksize: block } });
}

const noMultiple = (x: Tensor, block: number) =>
  shapeError('spaceToDepth', `height and width are no multiples of ${block}`, x.shape, [block, block]);

/** Undoes `spaceToDepth` in the plain layout. */
export function depthToSpace(x: Tensor, block: number): Tensor {
  const [channels, height, width] = staticShape('depthToSpace', x.shape.slice(1)) as [number, number, number];
  if (x.rank !== 4 || channels % (block * block) !== 0) {
    throw shapeError('depthToSpace', `the channels are no multiple of ${block}²`, x.shape, [block, block]);
  }
  const shape = [x.shape[0]!, channels / (block * block), height * block, width * block];
  return apply('DepthToSpace', [x], { shape }, { attributes: { blocksize: block, mode: 'DCR' } });
}
