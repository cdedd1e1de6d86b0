import type { Network, Optimizer, Schedule, Tensor } from '@inkwire/tensor';

/** The most that augmentation may change a training picture. */
export interface AugmentationOptions {
  /** Largest rotation either way, degrees. */
  readonly rotation: number;
  /** Largest change of size, as a fraction. */
  readonly scale: number;
  /** Largest change of width against height, as a fraction. */
  readonly aspect: number;
  /** Largest shear, as a fraction of the height. */
  readonly shear: number;
  /** Largest shift in each direction, pixels. */
  readonly shift: number;
  /** Standard deviation of the elastic field's control points, pixels. */
  readonly elastic: number;
  /** The share of pictures whose strokes are made thicker or thinner, 0…1. */
  readonly thickness: number;
}

/** The part of a recipe that every run needs, whatever the model reads. */
export interface RunRecipe {
  readonly name: string;
  /** Digits or pages a step. */
  readonly batch: number;
  /** Length of the run in steps of `batch`, for a training set of that many digits. */
  steps(trainingDigits: number): number;
  optimizer(): Optimizer;
  /** As the trainer's. Default: none. */
  readonly maxGradientNorm?: number;
  /** The learning rate of each step of a run of `steps` steps, `epoch` steps an epoch. */
  schedule(steps: number, epoch: number): Schedule;
  /** The decay of the parameters' moving average at each step. */
  readonly movingAverage: Schedule;
  /** Steps between two rows of the history. */
  readonly reportEvery: number;
  /** Steps between two measurements of accuracy, each of which writes the model as it then is. */
  readonly evaluateEvery: number;
}

/** All that decides how a model of single digits is trained, except the data, the seed and the lengths that a caller may change. */
export interface Recipe extends RunRecipe {
  /** From pixels `[batch, 1, 28, 28]`, 0 = paper and 1 = ink, to logits `[batch, 10]`. */
  model(network: Network, pixels: Tensor): Tensor;
  /** The share of the target that is spread over all digits. Default 0. */
  readonly labelSmoothing?: number;
  /** Digits cut out of made-up pages beside each batch, as a share of it (train/page-crops.ts). Default 0. */
  readonly cropShare?: number;
  /** Outliers beside each batch, as a share of it (train/outliers.ts). Default 0. */
  readonly outlierShare?: number;
  /** Digits with a lower probability are looked at again, in other shapes (evaluate/second-look.ts). Default: none. */
  readonly secondLookBelow?: number | undefined;
  /** Absent: pictures are trained on as they are. */
  readonly augmentation?: AugmentationOptions | undefined;
}
