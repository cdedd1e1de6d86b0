import type { Network } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import { digitBytes, type LabelledSet, pickDigits } from '../data/labelled-set.ts';
import type { TrainingSplit } from '../data/writers.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { calibrate } from './calibrate.ts';
import { accuracyOfLogits, buildTraining, exportRecipe, logitsOf } from './graphs.ts';
import type { ExamplesState, Measured, Task, TaskOptions } from './task.ts';
import type { Teachers } from './teachers.ts';
import { type PicturesState, TrainingPictures } from './training-pictures.ts';

const accuracySample = 10_000;

/** Trains a model of single digits. */
export class DigitTask implements Task {
  readonly recipe: Recipe;
  readonly #split: TrainingSplit;
  readonly #options: TaskOptions;
  readonly #pictures: TrainingPictures;
  readonly #teachers: Teachers | undefined;

  constructor(
    recipe: Recipe,
    split: TrainingSplit,
    options: TaskOptions,
    saved: ExamplesState | undefined,
    teachers: Teachers | undefined,
  ) {
    this.recipe = recipe;
    this.#split = split;
    this.#options = options;
    this.#pictures = new TrainingPictures(recipe, split.train, options, saved as PicturesState | undefined);
    this.#teachers = teachers;
  }

  get state(): ExamplesState {
    return this.#pictures.state;
  }

  build(network: Network) {
    return buildTraining(this.recipe, this.#options.batch, network, {
      isTaught: this.#teachers !== undefined,
    });
  }

  async next() {
    const pictures = this.#pictures.next();
    return { ...pictures, ...(this.#teachers && { taught: await this.#teachers.answerTo(pictures) }) };
  }

  /** Exports the model, calibrates it on the validation digits, and reads those and a sample of the training digits. */
  async measure(parameters: Float32Array): Promise<Measured> {
    const { train, validation } = this.#split;
    const { threads } = this.#options;
    const { beside } = this.#pictures;
    const graph = await exportRecipe(this.recipe, parameters, train, onnxRuntime, { beside, threads });
    const logitsOn = (digits: Pick<LabelledSet, 'count' | 'images'>) =>
      logitsOf(graph, digits, onnxRuntime, threads);
    const logits = await logitsOn(validation);
    const sample = sampleOf(train);
    const accuracy = {
      train: accuracyOfLogits(await logitsOn(sample), sample.labels),
      validation: accuracyOfLogits(logits, validation.labels),
    };
    const below = this.recipe.secondLookBelow;
    const secondLook =
      below === undefined
        ? undefined
        : {
            below,
            logitsOf: (images: Uint8Array) => logitsOn({ images, count: images.length / digitBytes }),
          };
    return { graph, accuracy, card: await calibrate(logits, validation, secondLook) };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Up to ten thousand training digits, evenly spread. */
function sampleOf(set: LabelledSet): LabelledSet {
  const count = Math.min(accuracySample, set.count);
  const indexes = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * set.count) / count));
  return pickDigits(set, indexes, `${set.name}-sample`);
}
