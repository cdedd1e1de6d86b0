import {
  adamW,
  cosineDecay,
  type FeatureMap,
  filled,
  movingAverageDecay,
  type Network,
  type Tensor,
  truncatedNormal,
  zeros,
} from '@inkwire/tensor';
import { markKinds } from '../detect/detector-maps.ts';
import type { PageSize } from '../pages/mark.ts';
import type { RunRecipe } from './recipe.ts';

/** The detector's outputs, one cell for 4 × 4 pixels. */
export interface PageMaps {
  /** [batch, 15, height / 4, width / 4] logits of a mark's centre, by kind. */
  readonly heat: Tensor;
  /** [batch, 4, …] the centre's offset in cells, x and y; the logarithms of width / 16 and height / 32. */
  readonly box: Tensor;
  /** [batch, 2, …] logits of the ink of a mark and of other writing. */
  readonly writing: Tensor;
}

/** All that decides how a detector of marks on pages is trained, except the data and the seed. */
export interface PageRecipe extends RunRecipe {
  /** Of the made-up pages. */
  readonly size: PageSize;
  /** Disturbed pages that the confidence is fitted on after the last step; a quarter as many others are for names. */
  readonly doubtPages: number;
  /** From normalised planes `[batch, 1, height, width]`, sides multiples of 8 and perhaps named, to maps. */
  maps(network: Network, planes: Tensor): PageMaps;
}

/** Options of the page recipe. The defaults are the bundled model's. */
export interface PageOptions {
  /** Length of the run. */
  readonly steps?: number;
  /** Pages a step. */
  readonly batch?: number;
  /** Of a page in training, pixels; multiples of 8. */
  readonly size?: PageSize;
  /** Disturbed pages that the confidence is fitted on after the last step; a quarter as many others are for names. */
  readonly doubtPages?: number;
  readonly peakRate?: number;
  readonly weightDecay?: number;
  /** The moving average's longest memory, as its decay. */
  readonly average?: number;
  /** Channels at half the resolution. */
  readonly stem?: number;
  /** Channels at a quarter of the resolution. */
  readonly channels?: number;
  /** Residual blocks of two convolutions each. */
  readonly blocks?: number;
}

/** A centre is a priori one cell in a hundred: the first steps are not spent on unlearning the others (Lin et al. 2017, section 3.3). */
const rareCentre = filled(-4.6);
/** Small first outputs, so that no cell begins with a large loss. */
const faint = truncatedNormal(0.01);

/**
 * A detector of digits and separators by their centres (Zhou, Wang and Krähenbühl 2019, "Objects as Points") over residual
 * blocks (He et al. 2016). Each convolution has batch normalisation and ReLU; space-to-depth takes the place of strides.
 *
 *     H×W×1 ─s2d─▶ H/2×W/2×4 ─3×3─▶ stem ─s2d─▶ H/4×W/4×4·stem ─3×3─▶ channels ─▶ blocks ─┬─3×3─1×1─▶ heat 15
 *                                                                                        ├─1×1─▶ box 4
 *                                                                                        └─1×1─▶ writing 2
 */
export function createPageRecipe(options: PageOptions = {}): PageRecipe {
  const { steps = 18_000, batch = 16, size = { width: 160, height: 96 } } = options;
  const { peakRate = 2.5e-3, weightDecay = 0.02, average = 0.999, doubtPages = 2_000 } = options;
  return {
    name: 'page',
    batch,
    size,
    doubtPages,
    steps: () => steps,
    maps: (network, planes) => pageMaps(network, planes, options),
    optimizer: () => adamW({ beta1: 0.9, beta2: 0.99, weightDecay }),
    maxGradientNorm: 5,
    schedule: (length) => cosineDecay({ peak: peakRate, steps: length, warmup: Math.round(0.03 * length) }),
    movingAverage: movingAverageDecay(average),
    reportEvery: 50,
    evaluateEvery: 1_000,
  };
}

function pageMaps(network: Network, planes: Tensor, options: PageOptions): PageMaps {
  const { stem = 24, channels = 64, blocks = 6 } = options;
  const normalised = (x: FeatureMap, filters: number) =>
    network.batchNorm(network.conv(x, { channels: filters, bias: false }));
  const layer = (x: FeatureMap, filters = channels) => network.relu(normalised(x, filters));
  const head = (x: FeatureMap, name: string, outputs: number, biasInitializer = zeros) =>
    network.conv(x, { name, channels: outputs, kernel: 1, initializer: faint, biasInitializer }).toPlain();

  let x = layer(network.spaceToDepth(network.pictures(planes)), stem);
  x = layer(network.spaceToDepth(x));
  for (let i = 0; i < blocks; i++) x = network.relu(network.add(x, normalised(layer(x), channels)));
  return {
    heat: head(layer(x), 'heat', markKinds.length, rareCentre),
    box: head(x, 'box', 4),
    writing: head(x, 'writing', 2),
  };
}

/** The bundled detector's recipe. */
export const pageRecipe = createPageRecipe();
