import { fromInnerBatch } from './convolution.ts';
import type { Dimension } from './shape.ts';
import { shapeError, staticShape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/**
 * The pictures between two layers of a network: logically `[batch, channels, height, width]`, in either layout of the
 * tensor underneath.
 */
export class FeatureMap {
  readonly tensor: Tensor;
  readonly batch: Dimension;
  readonly channels: number;
  /** A name such as `'H'` where the size is known only when the program runs; in the plain layout alone. */
  readonly height: Dimension;
  readonly width: Dimension;
  /** The batch when the tensor is `[1, channels, height, width · batch]`; undefined when it is plain. */
  readonly innerBatch: number | undefined;

  constructor(tensor: Tensor, innerBatch?: number) {
    const [lead, channels, height, wide] = tensor.shape;
    if (tensor.rank !== 4 || typeof channels !== 'number')
      throw shapeError('FeatureMap', 'expected [batch, channels, height, width]', tensor.shape);
    this.tensor = tensor;
    this.batch = innerBatch ?? lead!;
    this.channels = channels;
    this.height = height!;
    this.width = innerBatch === undefined ? wide! : staticShape('FeatureMap', [wide!])[0]! / innerBatch;
    this.innerBatch = innerBatch;
  }

  /** The same layout over another tensor. */
  with(tensor: Tensor): FeatureMap {
    return new FeatureMap(tensor, this.innerBatch);
  }

  /** As a tensor `[batch, channels, height, width]`. */
  toPlain(): Tensor {
    return this.innerBatch === undefined ? this.tensor : fromInnerBatch(this.tensor, this.innerBatch);
  }
}
