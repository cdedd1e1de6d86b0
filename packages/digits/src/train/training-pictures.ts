import { createRandom, type Random } from '@inkwire/base';
import { digitBytes, type LabelledSet } from '../data/labelled-set.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { drawAugmentation, warpNumbers } from './augmentation.ts';
import { type BatchPosition, BatchWalk } from './batches.ts';
import { picturesOf } from './graphs.ts';
import { drawOutliers } from './outliers.ts';

/** Added to the seed: augmentation and outliers have random numbers of their own, so that one does not change the other. */
const augmentationStream = 1_000_003;
const outlierStream = 2_000_003;
/** Different outliers in a run; augmentation makes each a new one every time. */
const mostOutliers = 12_000;

/** The position of a run in its pictures, from which it can resume. */
export interface PicturesState {
  readonly walk: BatchPosition;
  /** Absent where the recipe has no outliers. */
  readonly outlierWalk?: BatchPosition | undefined;
  /** Of the augmentation's random numbers. */
  readonly augmentation: ReturnType<Random['state']>;
}

/** The inputs of a training step, except the learning rate. */
interface PictureFeeds {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** Present where the recipe augments. */
  readonly warp?: Float32Array;
  readonly thickness?: Float32Array;
}

/** The pictures of each step: a batch of digits, the recipe's share of outliers, and the numbers that augment them. */
export class TrainingPictures {
  /** All outliers of the run, where the recipe has any. */
  readonly outliers: LabelledSet | undefined;
  readonly #recipe: Recipe;
  readonly #walk: BatchWalk;
  readonly #outlierWalk: BatchWalk | undefined;
  readonly #random: Random;
  /** Memory that each step overwrites. */
  readonly #pixels: Uint8Array;
  readonly #labels: Uint8Array;
  readonly #warp: Float32Array;
  readonly #thickness: Float32Array;

  constructor(
    recipe: Recipe,
    digits: LabelledSet,
    run: { readonly batch: number; readonly steps: number; readonly seed: number },
    saved: PicturesState | undefined,
  ) {
    const { batch, steps, seed } = run;
    this.#recipe = recipe;
    this.#walk = new BatchWalk(digits, batch, saved?.walk ?? seed);
    this.#random = createRandom(saved?.augmentation ?? seed + augmentationStream);
    const pictures = picturesOf(recipe, batch);
    if (pictures > batch) {
      const [outlierSeed, share] = [seed + outlierStream, pictures - batch];
      this.outliers = drawOutliers(Math.min(mostOutliers, share * steps), digits, outlierSeed);
      this.#outlierWalk = new BatchWalk(this.outliers, share, saved?.outlierWalk ?? outlierSeed);
    }
    this.#pixels = new Uint8Array(pictures * digitBytes);
    this.#labels = new Uint8Array(pictures);
    this.#warp = new Float32Array(pictures * warpNumbers);
    this.#thickness = new Float32Array(pictures * 2);
  }

  get state(): PicturesState {
    return {
      walk: this.#walk.position,
      outlierWalk: this.#outlierWalk?.position,
      augmentation: this.#random.state(),
    };
  }

  /** The next step's pictures, in memory that the step after it overwrites. */
  next(): PictureFeeds {
    const pictures = this.#nextPictures();
    if (!this.#recipe.augmentation) return pictures;
    drawAugmentation(this.#recipe.augmentation, this.#random, this.#warp, this.#thickness);
    return { ...pictures, warp: this.#warp, thickness: this.#thickness };
  }

  /** A batch of digits, followed by its share of outliers. */
  #nextPictures(): PictureFeeds {
    const digits = this.#walk.next();
    const outliers = this.#outlierWalk?.next();
    if (!outliers) return { pixels: digits.images, labels: digits.labels };
    this.#pixels.set(digits.images);
    this.#pixels.set(outliers.images, digits.images.length);
    this.#labels.set(digits.labels);
    this.#labels.set(outliers.labels, digits.labels.length);
    return { pixels: this.#pixels, labels: this.#labels };
  }
}
