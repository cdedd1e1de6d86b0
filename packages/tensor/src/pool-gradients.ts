import { convTranspose2d, type Pads } from './convolution.ts';
import { sizeOf } from './shape.ts';
import { reshape } from './shaping.ts';
import { apply, constant, type Node, type Tensor } from './tensor.ts';

/** Adds each element of g to the place that `indices` (counted through all of x) names. */
export function maxPoolGradient(g: Tensor, x: Tensor, indices: Tensor): Tensor {
  const size = sizeOf(x.shape);
  const inputs = [constant(new Float32Array(size)), reshape(indices, [-1]), reshape(g, [-1])];
  const attributes = { axis: 0, reduction: 'add' };
  return reshape(apply('ScatterElements', inputs, { shape: [size] }, { attributes }), x.shape);
}

/** Spreads each element of g evenly over its window. */
export function averagePoolGradient(g: Tensor, x: Tensor, node: Node): Tensor {
  const [height, width] = node.attributes.kernel_shape as unknown as readonly [number, number];
  const even = constant(new Float32Array(height * width).fill(1 / (height * width)), [1, 1, height, width]);
  const planes = (t: Tensor) => reshape(t, [-1, 1, ...t.shape.slice(2)]);
  const spread = convTranspose2d(planes(g), even, {
    pads: node.attributes.pads as unknown as Pads,
    stride: node.attributes.strides as unknown as readonly [number, number],
    dilation: [1, 1],
    outputSize: x.shape.slice(2) as unknown as readonly [number, number],
  });
  return reshape(spread, x.shape);
}
