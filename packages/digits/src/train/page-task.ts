import type { Network } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import type { LabelledSet } from '../data/labelled-set.ts';
import type { TrainingSplit } from '../data/writers.ts';
import { openDetector } from '../detect/detector.ts';
import { markKinds } from '../detect/detector-maps.ts';
import { leastScore } from '../detect/marks.ts';
import { wilsonInterval } from '../evaluate/wilson.ts';
import type { PageRecipe } from '../recipes/page.ts';
import { PageBatches } from './page-batches.ts';

import { buildPageTraining, exportPageRecipe } from './page-graphs.ts';
import { PageMaker } from './page-maker.ts';
import { PageCounter } from './page-score.ts';
import { fitPageWeights } from './page-weights.ts';
import type { ExamplesState, Measured, MeasuredCard, MeasureOptions, Task, TaskOptions } from './task.ts';

/** Pages in each measurement, and batches of as many pages as a step that the batch norms take their statistics from. */
const measuredPages = 128;
const statisticsBatches = 32;
/** Seeds of pages on which a run never trains: every run is measured on the same ones. */
const pageSeeds = {
  validation: 3_000_003,
  sample: 4_000_037,
  statistics: 5_000_011,
} as const;
/** Added to the run's seed: pages have random numbers of their own. */
const pageStream = 6_000_011;

/** Options of `PageTask`. */
export interface PageTaskOptions extends TaskOptions {
  /** Threads that make pages; see `PageBatches`. */
  readonly workers: number;
}

/** Trains a detector on pages that are made up from single digits. */
export class PageTask implements Task {
  readonly recipe: PageRecipe;
  readonly #split: TrainingSplit;
  readonly #options: PageTaskOptions;
  readonly #batches: PageBatches;

  constructor(
    recipe: PageRecipe,
    split: TrainingSplit,
    options: PageTaskOptions,
    saved: ExamplesState | undefined,
  ) {
    this.recipe = recipe;
    this.#split = split;
    this.#options = options;
    const { batch, seed, workers } = options;
    this.#batches = new PageBatches({
      digits: split.train,
      stream: { seed: seed + pageStream, batch, size: recipe.size },
      first: saved?.pages ?? 0,
      workers,
    });
  }

  get state(): ExamplesState {
    return { pages: this.#batches.position };
  }

  build(network: Network) {
    return buildPageTraining(this.recipe, this.#options.batch, network);
  }

  async next() {
    return { ...(await this.#batches.next()) };
  }

  /**
   * Exports the detector, and looks for the digits of pages from the training digits and from the validation digits. The
   * accuracies are F1: the harmonic mean of recall and precision. After the last step the weights of readings are fitted
   * too.
   */
  async measure(parameters: Float32Array, { isLast, signal }: MeasureOptions): Promise<Measured> {
    const { train, validation } = this.#split;
    const { threads } = this.#options;
    const maker = this.#makerOf(train, pageSeeds.statistics);
    const batches = Array.from({ length: statisticsBatches }, (_, i) => maker.batch(i));
    const graph = await exportPageRecipe(this.recipe, parameters, batches, onnxRuntime, threads);
    await using detector = await openDetector(graph, { threads });
    const count = async (digits: LabelledSet, seed: number): Promise<PageCounter> => {
      const pages = this.#makerOf(digits, seed);
      const counter = new PageCounter();
      for (let i = 0; i < measuredPages; i++) {
        signal?.throwIfAborted();
        const { plane, width, height, marks } = pages.page(i);
        counter.add(await detector.run(plane, width, height), marks);
      }
      return counter;
    };
    const sample = await count(train, pageSeeds.sample);
    const held = await count(validation, pageSeeds.validation);
    const accuracy = { train: sample.accuracy, validation: held.accuracy };
    const card = cardOf(held, `${validation.name}-pages`);
    if (!isLast) return { graph, accuracy, card };
    const pages = this.recipe.doubtPages;
    const weights = await fitPageWeights({ detector, digits: validation, threads, pages, signal });
    return { graph, accuracy, card: { ...card, ...weights } };
  }

  #makerOf(digits: LabelledSet, seed: number): PageMaker {
    return new PageMaker(digits, { seed, batch: this.#options.batch, size: this.recipe.size });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#batches.close();
  }
}

/** A detector's scores are not calibrated: a mark is unsure below the score at which it was counted. */
function cardOf(score: PageCounter, set: string): MeasuredCard {
  const { digits, found, correct, confusion } = score;
  const count = Math.max(1, digits);
  return {
    temperature: 1,
    unsureBelow: leastScore,
    unsureErrorRate: found === 0 ? 0 : 1 - correct / found,
    marks: markKinds,
    figures: [
      {
        set,
        count,
        correct,
        accuracy: correct / count,
        interval: wilsonInterval(correct, count),
        confusion: confusion.map((row) => [...row]),
        found,
      },
    ],
  };
}
