import { createRandom, type Random } from '@inkwire/base';
import { digitBytes, type LabelledSet } from '../data/labelled-set.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { drawAugmentation, warpNumbers } from './augmentation.ts';
import { type BatchPosition, BatchWalk } from './batches.ts';
import { type PicturesBeside, picturesOf } from './graphs.ts';
import { drawOutliers } from './outliers.ts';
import { cropsOfPages } from './page-crops.ts';

/** Added to the seed: each kind of picture, and the augmentation, has random numbers of its own. */
const augmentationStream = 1_000_003;

/** Pictures that are drawn for a run. */
interface Drawn {
  /** In a step. */
  readonly count: number;
  /** Different ones in a run; augmentation makes each a new one every time. */
  readonly most: number;
  /** Added to the seed. */
  readonly stream: number;
  draw(count: number, digits: LabelledSet, seed: number): LabelledSet;
}

const outliers = { most: 12_000, stream: 2_000_003, draw: drawOutliers };
const crops = { most: 80_000, stream: 8_000_009, draw: cropsOfPages };

/** The position of a run in its pictures, from which it can resume. */
export interface PicturesState {
  readonly walk: BatchPosition;
  /** Absent where the recipe has no crops of made-up digits. */
  readonly cropWalk?: BatchPosition | undefined;
  /** Absent where the recipe has no outliers. */
  readonly outlierWalk?: BatchPosition | undefined;
  /** Of the augmentation's random numbers. */
  readonly augmentation: ReturnType<Random['state']>;
}

/** The inputs of a training step, except the learning rate. */
export interface PictureFeeds {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  /** Present where the recipe augments. */
  readonly warp?: Float32Array;
  readonly thickness?: Float32Array;
}

/**
 * The pictures of each step: a batch of digits, the recipe's shares of crops and of outliers, and the numbers that augment
 * them.
 */
export class TrainingPictures {
  /** The crops and the outliers, where the recipe has any. */
  readonly beside: readonly PicturesBeside[];
  readonly #recipe: Recipe;
  readonly #walk: BatchWalk;
  readonly #cropWalk: BatchWalk | undefined;
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
    const counts = picturesOf(recipe, batch);
    const beside: PicturesBeside[] = [];
    const walkOf = (
      { count, most, stream, draw }: Drawn,
      position: BatchPosition | undefined,
    ): BatchWalk | undefined => {
      if (count === 0) return undefined;
      const set = draw(Math.min(most, count * steps), digits, seed + stream);
      beside.push({ set, share: count / batch });
      return new BatchWalk(set, count, position ?? seed + stream);
    };
    this.#recipe = recipe;
    this.#walk = new BatchWalk(digits, batch, saved?.walk ?? seed);
    this.#cropWalk = walkOf({ ...crops, count: counts.crops }, saved?.cropWalk);
    this.#outlierWalk = walkOf({ ...outliers, count: counts.outliers }, saved?.outlierWalk);
    this.beside = beside;
    this.#random = createRandom(saved?.augmentation ?? seed + augmentationStream);
    this.#pixels = new Uint8Array(counts.all * digitBytes);
    this.#labels = new Uint8Array(counts.all);
    this.#warp = new Float32Array(counts.all * warpNumbers);
    this.#thickness = new Float32Array(counts.all * 2);
  }

  get state(): PicturesState {
    return {
      walk: this.#walk.position,
      cropWalk: this.#cropWalk?.position,
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

  /** A batch of digits, followed by its crops and its outliers. */
  #nextPictures(): PictureFeeds {
    let at = 0;
    for (const walk of [this.#walk, this.#cropWalk, this.#outlierWalk]) {
      if (!walk) continue;
      const { images, labels } = walk.next();
      this.#pixels.set(images, at * digitBytes);
      this.#labels.set(labels, at);
      at += labels.length;
    }
    return { pixels: this.#pixels, labels: this.#labels };
  }
}
