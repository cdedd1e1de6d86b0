/**
 * Layers. A model is written once, as a function of a `Network`, and runs in three modes:
 *
 *     training     batch innermost, batch normalisation by the batch, dropout by fed masks
 *     statistics   as training, without dropout; outputs the mean and variance of each batch norm
 *     inference    plain layout, any batch size, batch normalisation by constants, no dropout
 *
 * Parameters are named and ordered by the calls, so that the same function gives the same flat vector in each mode.
 */
import { batchNorm } from './batch-norm.ts';
import { asPair, conv2d, type Padding, type Pair, spaceToDepth, toInnerBatch } from './convolution.ts';
import { add, cast, mul, relu } from './elementwise.ts';
import { FeatureMap } from './feature-map.ts';
import { inferenceBatchNorm, inferenceConv } from './inference-layers.ts';
import { heNormal, type Initializer, ones, zeros } from './initializers.ts';
import { gemm } from './matrix.ts';
import { ParameterSet } from './parameters.ts';
import { averagePool, maxPool, maxPoolInnerBatch, windowParts } from './pooling.ts';
import { mean } from './reduction.ts';
import { shapeError, staticShape } from './shape.ts';
import { reshape } from './shaping.ts';
import { input, Tensor } from './tensor.ts';

/** The purpose of a graph. */
export type NetworkMode = 'training' | 'statistics' | 'inference';

/** The layout of pictures in memory between layers. */
export type Layout = 'plain' | 'batch innermost';

/** Options of every layer that has parameters. */
export interface LayerOptions {
  /** Begins the parameters' names. Default: the kind of layer and a number, such as `conv1`. */
  readonly name?: string;
}

/** Options of `Network.conv`. */
export interface ConvLayerOptions extends LayerOptions {
  /** Output channels. */
  readonly channels: number;
  /** Default 3. */
  readonly kernel?: Pair;
  /** Default `'same'`. */
  readonly padding?: Padding;
  /** Default true; false before a batch norm, which has a shift of its own. */
  readonly bias?: boolean;
  /** Default `heNormal`. */
  readonly initializer?: Initializer;
  /** Default `zeros`. */
  readonly biasInitializer?: Initializer;
}

/** Options of `Network.dense`. */
export interface DenseLayerOptions extends LayerOptions {
  /** Output features. */
  readonly units: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default `heNormal`. */
  readonly initializer?: Initializer;
  /** Default `zeros`. */
  readonly biasInitializer?: Initializer;
}

/** Options of `Network.batchNorm`. */
export interface BatchNormLayerOptions extends LayerOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/** A mask that a dropout layer needs at every training step: 1 keeps, 0 drops. */
export interface DropoutMask {
  /** The graph's input. */
  readonly input: Tensor;
  /** The share that is dropped. */
  readonly rate: number;
}

/** Mean and variance of one batch norm over this graph's batch, each `[channels]`. */
export interface BatchStatistics {
  readonly name: string;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** The layers' context. Made by `createTrainer`, `collectStatistics` and `exportModel`, which pass it to `build`. */
export class Network {
  readonly mode: NetworkMode;
  readonly layout: Layout;
  /** Every parameter that the layers have added so far. */
  readonly parameters = new ParameterSet();
  /** Inference: the means and variances that the layers need, a mean and a variance for each batch norm. */
  readonly statistics = new ParameterSet();
  /** Training and statistics: mean and variance of each batch norm. */
  readonly batchStatistics: BatchStatistics[] = [];
  /** Training: the masks that the layers need. */
  readonly dropoutMasks: DropoutMask[] = [];
  readonly #counts = new Map<string, number>();

  constructor(mode: NetworkMode, layout: Layout = mode === 'inference' ? 'plain' : 'batch innermost') {
    this.mode = mode;
    this.layout = layout;
  }

  /** A parameter of your own: `decays` says whether weight decay applies, default false. */
  parameter(name: string, shape: readonly number[], initializer: Initializer, decays = false): Tensor {
    return this.parameters.add(name, shape, initializer, decays);
  }

  /** Takes pictures `[batch, channels, height, width]` into the layout of this network. */
  pictures(x: Tensor): FeatureMap {
    if (this.layout === 'plain') return new FeatureMap(x);
    return new FeatureMap(toInnerBatch(x), staticShape('pictures', x.shape)[0]);
  }

  /** A convolution with stride 1. Filters `[channels, in, kernelHeight, kernelWidth]`. */
  conv(x: FeatureMap, options: ConvLayerOptions): FeatureMap {
    const name = this.#name('conv', options);
    const kernel = asPair(options.kernel ?? 3);
    const shape = [options.channels, x.channels, ...kernel];
    const weight = this.parameter(`${name}/weight`, shape, options.initializer ?? heNormal, true);
    const bias =
      (options.bias ?? true)
        ? this.parameter(`${name}/bias`, [options.channels], options.biasInitializer ?? zeros)
        : undefined;
    const { padding = 'same' } = options;
    if (this.mode === 'inference') return x.with(inferenceConv(x.tensor, weight, bias, padding));
    const inner = x.innerBatch === undefined ? {} : { innerBatch: x.innerBatch };
    return x.with(conv2d(x.tensor, weight, bias, { padding, ...inner }));
  }

  /** x `[batch, in]` · weight `[in, units]` + bias `[units]`. */
  dense(x: Tensor, options: DenseLayerOptions): Tensor {
    const name = this.#name('dense', options);
    if (x.rank !== 2) throw shapeError('dense', 'expected [batch, features]', x.shape);
    const shape = [staticShape('dense', [x.shape[1]!])[0]!, options.units];
    const weight = this.parameter(`${name}/weight`, shape, options.initializer ?? heNormal, true);
    if (options.bias === false) return gemm(x, weight);
    return gemm(x, weight, this.parameter(`${name}/bias`, [options.units], options.biasInitializer ?? zeros));
  }

  /** Normalises each channel, then scales and shifts it. Before a nonlinearity; over pictures or `[batch, features]`. */
  batchNorm<T extends FeatureMap | Tensor>(x: T, options: BatchNormLayerOptions = {}): T {
    const name = this.#name('batchNorm', options);
    const epsilon = options.epsilon ?? 1e-5;
    return this.map(x, (tensor) => {
      const [channels] = staticShape('batchNorm', [tensor.shape[1]!]) as [number];
      const scale = this.parameter(`${name}/scale`, [channels], ones);
      const shift = this.parameter(`${name}/shift`, [channels], zeros);
      const mean = this.statistics.add(`${name}/mean`, [channels], zeros);
      const variance = this.statistics.add(`${name}/variance`, [channels], ones);
      if (this.mode === 'inference')
        return inferenceBatchNorm(tensor, [scale, shift, mean, variance], epsilon);
      const result = batchNorm(tensor, scale, shift, epsilon);
      this.batchStatistics.push({ name, mean: result.mean, variance: result.variance });
      return result.output;
    });
  }

  /** max(x, 0). */
  relu<T extends FeatureMap | Tensor>(x: T): T {
    return this.map(x, relu);
  }

  /** Any elementwise function of pictures or of a tensor. */
  map<T extends FeatureMap | Tensor>(x: T, of: (tensor: Tensor) => Tensor): T {
    return (x instanceof Tensor ? of(x) : x.with(of(x.tensor))) as T;
  }

  /** The sum of two feature maps of the same shape, as residual connections want it. */
  add(a: FeatureMap, b: FeatureMap): FeatureMap {
    return a.with(add(a.tensor, b.tensor));
  }

  /** Moves each `block` × `block` pixels into channels: a quarter of the pixels and four times the channels for 2. */
  spaceToDepth(x: FeatureMap, block = 2): FeatureMap {
    return x.with(spaceToDepth(x.tensor, block, x.innerBatch));
  }

  /** The largest of each `size` × `size` pixels. */
  maxPool(x: FeatureMap, size = 2): FeatureMap {
    if (x.innerBatch === undefined) return x.with(maxPool(x.tensor, size));
    return x.with(maxPoolInnerBatch(x.tensor, size, x.innerBatch));
  }

  /** The average of each `size` × `size` pixels. */
  averagePool(x: FeatureMap, size = 2): FeatureMap {
    if (x.innerBatch === undefined) return x.with(averagePool(x.tensor, size));
    const total = windowParts('averagePool', x.tensor, size, x.innerBatch).reduce((a, b) => add(a, b));
    return x.with(mul(total, 1 / (size * size)));
  }

  /** The average of each channel, `[batch, channels]`. */
  globalAveragePool(x: FeatureMap): Tensor {
    if (x.innerBatch === undefined) return mean(x.tensor, { axes: [2, 3] });
    const pixels = reshape(x.tensor, [x.channels, -1, x.innerBatch]);
    const averages = mean(pixels, { axes: [1] });
    return this.flatten(x.with(reshape(averages, [1, x.channels, 1, x.innerBatch])));
  }

  /** Features `[batch, channels · height · width]`, in the same order in every layout. */
  flatten(x: FeatureMap): Tensor {
    const [height, width] = staticShape('flatten', [x.height, x.width]) as [number, number];
    return reshape(x.toPlain(), [x.batch, x.channels * height * width]);
  }

  /** In training, zeroes a share `rate` of the elements at random and scales up the others (Srivastava et al. 2014). */
  dropout<T extends FeatureMap | Tensor>(x: T, rate: number): T {
    if (!(rate >= 0 && rate < 1))
      throw new RangeError(`dropout: expected \`rate\` from 0 to below 1, got ${rate}`);
    if (this.mode !== 'training' || rate === 0) return x;
    return this.map(x, (tensor) => {
      const mask = input(this.#name('dropout', {}), 'uint8', tensor.shape);
      this.dropoutMasks.push({ input: mask, rate });
      return mul(tensor, mul(cast(mask, 'float32'), 1 / (1 - rate)));
    });
  }

  #name(kind: string, { name }: LayerOptions): string {
    if (name !== undefined) return name;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    return `${kind}${count}`;
  }
}
