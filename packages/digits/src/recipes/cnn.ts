import {
  adamW,
  cosineDecay,
  type FeatureMap,
  movingAverageDecay,
  type Network,
  type Tensor,
} from '@inkwire/tensor';
import type { AugmentationOptions, Recipe } from './recipe.ts';

/** Options of the convolutional recipe. The defaults are the bundled model's. */
export interface CnnOptions {
  /** Times that each digit is seen. */
  readonly epochs?: number;
  readonly batch?: number;
  readonly peakRate?: number;
  readonly weightDecay?: number;
  readonly labelSmoothing?: number;
  readonly dropout?: number;
  /** Channels of the first layer; the others follow. */
  readonly width?: number;
  readonly units?: number;
  /** The moving average's longest memory, as its decay. */
  readonly average?: number;
  /** Outliers beside each batch, as a share of it. */
  readonly outlierShare?: number;
  /** Digits cut out of made-up pages beside each batch, as a share of it. */
  readonly cropShare?: number;
  /** Digits with a lower probability are looked at again, in other shapes. */
  readonly secondLookBelow?: number;
  readonly augmentation?: Partial<AugmentationOptions> | undefined;
}

const augmentation: AugmentationOptions = {
  rotation: 10,
  scale: 0.1,
  aspect: 0.1,
  shear: 0.12,
  shift: 1.5,
  elastic: 1,
  thickness: 0.35,
};

/**
 * A convolutional network in which space-to-depth takes the place of strides and pooling, so that every layer has
 * stride 1 and its gradient is a plain convolution; each layer has batch normalisation (Ioffe and Szegedy 2015) and ReLU.
 *
 *     28×28×1 ─3×3─▶ 28×28×w ─▶ 14×14×4w ─2×2─▶ 14×14×4w ─▶ 7×7×16w ─2×2─▶ 7×7×8w ─3×3 valid─▶ 5×5×8w ─▶ dense ─▶ 10
 */
export function createCnnRecipe(options: CnnOptions = {}): Recipe {
  const { epochs = 40, batch = 128, peakRate = 4e-3, weightDecay = 0.02, labelSmoothing = 0.03 } = options;
  const {
    dropout = 0.15,
    width = 8,
    units = 96,
    average = 0.9995,
    outlierShare = 0.125,
    cropShare = 0.45,
    secondLookBelow = 0.97,
  } = options;
  return {
    name: 'cnn',
    batch,
    steps: (digits) => Math.round((epochs * digits) / batch),
    model(network, pixels) {
      const layer = (x: FeatureMap, channels: number, kernel: number, padding: 'same' | 'valid' = 'same') =>
        network.relu(network.batchNorm(network.conv(x, { channels, kernel, padding, bias: false })));
      let x = layer(network.pictures(pixels), width, 3);
      x = layer(network.spaceToDepth(x), 4 * width, 2);
      x = layer(network.spaceToDepth(x), 8 * width, 2);
      x = layer(x, 8 * width, 3, 'valid');
      return head(network, network.dropout(network.flatten(x), dropout), units, dropout);
    },
    optimizer: () => adamW({ beta1: 0.9, beta2: 0.99, weightDecay }),
    schedule: (steps) =>
      cosineDecay({ peak: peakRate, steps, warmup: Math.round(0.15 * steps), final: peakRate * 0.002 }),
    movingAverage: movingAverageDecay(average),
    reportEvery: 200,
    evaluateEvery: 1_000,
    labelSmoothing,
    outlierShare,
    cropShare,
    secondLookBelow,
    augmentation: { ...augmentation, ...options.augmentation },
  };
}

function head(network: Network, features: Tensor, units: number, dropout: number): Tensor {
  const hidden = network.relu(network.batchNorm(network.dense(features, { units, bias: false })));
  return network.dense(network.dropout(hidden, dropout), { units: 10 });
}

/** The bundled model's recipe. */
export const cnnRecipe = createCnnRecipe();
