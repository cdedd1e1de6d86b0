/**
 * A training run: batches in, a directory out.
 *
 *     model.onnx               the model as it is now, with its card; rewritten at every evaluation
 *     checkpoint.safetensors   everything that the run needs to go on
 *     history.csv, curve.svg   loss, learning rate and accuracies by step
 *     weights.svg              softmax only: the ten weight pictures
 *
 * Every file is replaced atomically, so that whoever reads the directory meanwhile, or after a crash, finds whole files.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom, expectInteger, systemCode } from '@inkwire/base';
import { makeDirectory } from '@inkwire/base/node';
import { createTrainer, decodeSafetensors, type StepFeeds, TensorError, type Trainer } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import writeFileAtomic from 'write-file-atomic';
import { digitBytes, type LabelledSet, pickDigits } from '../data/labelled-set.ts';
import { openMnistPart } from '../data/mnist.ts';
import { splitTraining, type TrainingSplit } from '../data/writers.ts';
import { DigitsError } from '../errors.ts';
import { type HistoryRow, renderCurve } from '../evaluate/curve.ts';
import { renderWeights } from '../evaluate/weights.ts';
import type { ModelCard } from '../model/model-card.ts';
import { writeModelFile } from '../model/model-file.ts';
import { recipeOf } from '../recipes/index.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { drawAugmentation, warpNumbers } from './augmentation.ts';
import { BatchWalk } from './batches.ts';
import { calibrate } from './calibrate.ts';
import { accuracyOfLogits, buildTraining, exportRecipe, logitsOf, picturesOf } from './graphs.ts';
import { formatHistory } from './history.ts';
import { drawOutliers } from './outliers.ts';
import { decodeRunState, encodeRunState, expectSameRun, type RunState } from './run-state.ts';

/** How a run is going. */
export interface TrainProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Mean over the steps since the last row of the history. */
  readonly loss: number;
  readonly learningRate: number;
  readonly stepsPerSecond: number;
  readonly secondsLeft: number;
  /** Where accuracies were just measured. */
  readonly accuracy?: { readonly train: number; readonly validation: number };
}

/** Options of `train`. */
export interface TrainOptions {
  /** A recipe's name, or a recipe of your own. */
  readonly recipe: string | Recipe;
  /** Default: the recipe's. */
  readonly steps?: number | undefined;
  /** Digits a step. Default: the recipe's. */
  readonly batch?: number | undefined;
  /** Default 1. */
  readonly seed?: number | undefined;
  /** A directory of IDX files. Default: MNIST. */
  readonly data?: string | undefined;
  /** The run's directory, made when it is missing. */
  readonly out: string;
  /** Goes on from the directory's checkpoint. */
  readonly resume?: boolean | undefined;
  /** Threads inside one operator. Default 2. */
  readonly threads?: number | undefined;
  /** Ends the run at the next step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
}

/** What a run left. */
export interface TrainedRun {
  readonly modelFile: string;
  readonly card: ModelCard;
  /** Whether the signal ended it before its last step. */
  readonly interrupted: boolean;
}

const accuracySample = 10_000;
const checkpoints = 20;
/** Chance for augmentation is drawn apart from initial values and order, so that one recipe's changes leave the others. */
const augmentationStream = 1_000_003;
const outlierStream = 2_000_003;
/** Different outliers in a run; augmentation makes each a new one every time. */
const outliers = 12_000;

/**
 * Trains a recipe on MNIST, or on the IDX files of a directory, keeping every 11th writer's digits for validation. The
 * same seed and data give the same model on the same machine, interrupted or not.
 *
 * Rejects with `DIGITS_RECIPE_UNKNOWN`, `DIGITS_CHECKPOINT_MISSING`, `…_DAMAGED`, `…_MISMATCH`,
 * `DIGITS_TRAINING_DIVERGED`, and what reading the data rejects with.
 */
export async function train(options: TrainOptions): Promise<TrainedRun> {
  const recipe = typeof options.recipe === 'string' ? recipeOf(options.recipe) : options.recipe;
  await makeDirectory(options.out);
  const data = await openMnistPart('train', { directory: options.data });
  const run = await Run.open(recipe, data, await splitTraining(data), options);
  try {
    return await run.toTheEnd(options);
  } finally {
    await run.close();
  }
}

class Run {
  readonly #recipe: Recipe;
  readonly #data: LabelledSet;
  readonly #split: TrainingSplit;
  readonly #trainer: Trainer;
  readonly #out: string;
  readonly #state: Pick<RunState, 'recipe' | 'seed' | 'steps' | 'batch'>;
  readonly #walk: BatchWalk;
  readonly #outliers: LabelledSet | undefined;
  readonly #outlierWalk: BatchWalk | undefined;
  readonly #pixels: Uint8Array;
  readonly #labels: Uint8Array;
  readonly #augmentation: ReturnType<typeof createRandom>;
  readonly #warp: Float32Array;
  readonly #thickness: Float32Array;
  readonly #rate: (step: number) => number;
  readonly #history: HistoryRow[];
  #pending: { loss: number; steps: number };

  static async open(
    recipe: Recipe,
    data: LabelledSet,
    split: TrainingSplit,
    options: TrainOptions,
  ): Promise<Run> {
    const file = join(options.out, 'checkpoint.safetensors');
    const saved = options.resume ? await readCheckpoint(file) : undefined;
    const batch = expectInteger('batch', options.batch ?? saved?.state.batch ?? recipe.batch, { min: 1 });
    const steps = expectInteger(
      'steps',
      options.steps ??
        saved?.state.steps ??
        Math.round((recipe.steps(split.train.count) * recipe.batch) / batch),
      { min: 1 },
    );
    const seed = expectInteger('seed', options.seed ?? saved?.state.seed ?? 1, { min: 0 });
    const state = { recipe: recipe.name, seed, steps, batch };
    if (saved) expectSameRun(saved.state, state, file);
    const trainer = await createTrainer({
      runtime: onnxRuntime,
      seed,
      threads: options.threads ?? 2,
      optimizer: recipe.optimizer(),
      movingAverage: recipe.movingAverage,
      build: (network) => buildTraining(recipe, batch, network),
    });
    if (saved) restore(trainer, saved.bytes, file);
    return new Run(recipe, data, split, trainer, options.out, state, saved?.state);
  }

  private constructor(
    recipe: Recipe,
    data: LabelledSet,
    split: TrainingSplit,
    trainer: Trainer,
    out: string,
    state: Pick<RunState, 'recipe' | 'seed' | 'steps' | 'batch'>,
    saved: RunState | undefined,
  ) {
    this.#recipe = recipe;
    this.#data = data;
    this.#split = split;
    this.#trainer = trainer;
    this.#out = out;
    this.#state = state;
    this.#walk = new BatchWalk(split.train, state.batch, saved?.walk ?? state.seed);
    this.#augmentation = createRandom(saved?.augmentation ?? state.seed + augmentationStream);
    const pictures = picturesOf(recipe, state.batch);
    if (pictures > state.batch) {
      const [seed, share] = [state.seed + outlierStream, pictures - state.batch];
      this.#outliers = drawOutliers(Math.min(outliers, share * state.steps), split.train, seed);
      this.#outlierWalk = new BatchWalk(this.#outliers, share, saved?.outlierWalk ?? seed);
    }
    this.#pixels = new Uint8Array(pictures * digitBytes);
    this.#labels = new Uint8Array(pictures);
    this.#warp = new Float32Array(pictures * warpNumbers);
    this.#thickness = new Float32Array(pictures * 2);
    this.#rate = recipe.schedule(state.steps, this.#epochSteps);
    this.#history = [...(saved?.history ?? [])];
    this.#pending = saved?.pending ?? { loss: 0, steps: 0 };
  }

  get #epochSteps(): number {
    return Math.max(1, Math.round(this.#split.train.count / this.#state.batch));
  }

  /** Steps until the end or the signal; leaves the directory complete either way. */
  async toTheEnd({ signal, onProgress }: TrainOptions): Promise<TrainedRun> {
    const { steps } = this.#state;
    const checkpointEvery = Math.max(1, Math.round(steps / checkpoints));
    const [began, first] = [performance.now(), this.#trainer.steps];
    let latest: ModelCard | undefined;
    while (this.#trainer.steps < steps && !signal?.aborted) {
      const { loss, learningRate } = await this.#step();
      const step = this.#trainer.steps;
      const evaluated = step % this.#recipe.evaluateEvery === 0 || step === steps;
      const { accuracy, card } = evaluated
        ? await this.#evaluate()
        : { accuracy: undefined, card: undefined };
      latest = card ?? latest;
      if (onProgress) {
        const stepsPerSecond = ((step - first) * 1000) / (performance.now() - began);
        const secondsLeft = (steps - step) / stepsPerSecond;
        const epoch = step / this.#epochSteps;
        onProgress({
          step,
          steps,
          epoch,
          loss,
          learningRate,
          stepsPerSecond,
          secondsLeft,
          ...(accuracy && { accuracy }),
        });
      }
      await this.#record(step, learningRate, accuracy);
      if (step % checkpointEvery === 0) await this.#save();
    }
    await this.#save();
    const interrupted = this.#trainer.steps < steps;
    const card = latest && !interrupted ? latest : (await this.#evaluate()).card;
    return { modelFile: join(this.#out, 'model.onnx'), card, interrupted };
  }

  async #step(): Promise<{ loss: number; learningRate: number }> {
    const learningRate = this.#rate(this.#trainer.steps);
    let feeds: StepFeeds = { ...this.#nextPictures(), learningRate };
    if (this.#recipe.augmentation) {
      drawAugmentation(this.#recipe.augmentation, this.#augmentation, this.#warp, this.#thickness);
      feeds = { ...feeds, warp: this.#warp, thickness: this.#thickness };
    }
    const { loss } = await this.#trainer.step(feeds);
    if (!Number.isFinite(loss)) {
      throw new DigitsError('DIGITS_TRAINING_DIVERGED', `The loss is ${loss} at step ${this.#trainer.steps}`);
    }
    this.#pending = { loss: this.#pending.loss + loss, steps: this.#pending.steps + 1 };
    return { loss: this.#pending.loss / this.#pending.steps, learningRate };
  }

  /** The next batch of digits, followed by its share of what is no digit. */
  #nextPictures(): { pixels: Uint8Array; labels: Uint8Array } {
    const digits = this.#walk.next();
    const outliers = this.#outlierWalk?.next();
    if (!outliers) return { pixels: digits.images, labels: digits.labels };
    this.#pixels.set(digits.images);
    this.#pixels.set(outliers.images, digits.images.length);
    this.#labels.set(digits.labels);
    this.#labels.set(outliers.labels, digits.labels.length);
    return { pixels: this.#pixels, labels: this.#labels };
  }

  async #record(
    step: number,
    learningRate: number,
    accuracy?: { train: number; validation: number },
  ): Promise<void> {
    if (step % this.#recipe.reportEvery !== 0 && !accuracy) return;
    const loss = this.#pending.loss / this.#pending.steps;
    const { train, validation } = accuracy ?? {};
    this.#history.push({ step, epoch: step / this.#epochSteps, loss, learningRate, train, validation });
    this.#pending = { loss: 0, steps: 0 };
    await this.#write('history.csv', formatHistory(this.#history));
    await this.#write('curve.svg', renderCurve(this.#history));
  }

  /** Exports the model as it is, calibrates it, writes it, and measures it. */
  async #evaluate(): Promise<{ accuracy: { train: number; validation: number }; card: ModelCard }> {
    const parameters = this.#trainer.movingAverage;
    const graph = await exportRecipe(
      this.#recipe,
      parameters,
      this.#split.train,
      onnxRuntime,
      this.#outliers,
    );
    const { validation } = this.#split;
    const logits = await logitsOf(graph, validation, onnxRuntime);
    const { seed, steps, batch } = this.#state;
    const card = await writeModelFile(join(this.#out, 'model.onnx'), graph, {
      recipe: this.#recipe.name,
      parameters: parameters.length,
      seed,
      trained: new Date().toISOString(),
      command: `inkwire train ${this.#recipe.name} --steps ${steps} --batch ${batch} --seed ${seed}`,
      data: {
        [`${this.#data.name}-images`]: this.#data.sha256!.images,
        [`${this.#data.name}-labels`]: this.#data.sha256!.labels,
      },
      ...calibrate(logits, validation),
    });
    if (this.#recipe.name === 'softmax')
      await this.#write('weights.svg', renderWeights(parameters.subarray(0, 7840)));

    const sample = sampleOf(this.#split.train);
    const train = accuracyOfLogits(await logitsOf(graph, sample, onnxRuntime), sample.labels);
    return { accuracy: { train, validation: accuracyOfLogits(logits, validation.labels) }, card };
  }

  async #save(): Promise<void> {
    const state: RunState = {
      ...this.#state,
      walk: this.#walk.position,
      outlierWalk: this.#outlierWalk?.position,
      augmentation: this.#augmentation.state(),
      history: this.#history,
      pending: this.#pending,
    };
    await this.#write('checkpoint.safetensors', this.#trainer.checkpoint(encodeRunState(state)));
  }

  async #write(name: string, content: string | Uint8Array): Promise<void> {
    const data =
      typeof content === 'string' ? content : Buffer.from(content.buffer, content.byteOffset, content.length);
    await writeFileAtomic(join(this.#out, name), data);
  }

  close(): Promise<void> {
    return this.#trainer.close();
  }
}

/** Up to ten thousand training digits, evenly spread. */
function sampleOf(set: LabelledSet): LabelledSet {
  const count = Math.min(accuracySample, set.count);
  const indexes = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * set.count) / count));
  return pickDigits(set, indexes, `${set.name}-sample`);
}

async function readCheckpoint(file: string): Promise<{ bytes: Uint8Array; state: RunState }> {
  try {
    const bytes = await readFile(file);
    return { bytes, state: decodeRunState(decodeSafetensors(bytes).metadata, file) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      throw new DigitsError('DIGITS_CHECKPOINT_MISSING', `There is no checkpoint ${file} to resume from`, {
        cause: error,
      });
    }
    throw damaged(error, file);
  }
}

function restore(trainer: Trainer, bytes: Uint8Array, file: string): void {
  try {
    trainer.restore(bytes);
  } catch (error) {
    throw damaged(error, file);
  }
}

function damaged(error: unknown, file: string): unknown {
  if (!(error instanceof TensorError)) return error;
  return new DigitsError('DIGITS_CHECKPOINT_DAMAGED', `${file}: ${error.message}`, { cause: error });
}
