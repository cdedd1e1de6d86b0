import { expectInteger } from '@inkwire/base';
import { createTrainer, type Trainer } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import { type LabelledSet, pickDigits } from '../data/labelled-set.ts';
import { openMnistPart } from '../data/mnist.ts';
import { splitTraining, type TrainingSplit } from '../data/writers.ts';
import { DigitsError } from '../errors.ts';
import type { HistoryRow } from '../evaluate/curve.ts';
import type { ModelCard } from '../model/model-card.ts';
import { writeModelFile } from '../model/model-file.ts';
import { recipeOf } from '../recipes/index.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { calibrate } from './calibrate.ts';
import { accuracyOfLogits, buildTraining, exportRecipe, logitsOf } from './graphs.ts';
import { RunDirectory } from './run-directory.ts';
import type { RunState } from './run-state.ts';
import { TrainingPictures } from './training-pictures.ts';

/** The progress of a run after a step. */
export interface TrainProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Mean over the steps since the last row of the history. */
  readonly loss: number;
  readonly learningRate: number;
  readonly stepsPerSecond: number;
  readonly secondsLeft: number;
  /** Present after a step at which accuracies were measured. */
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
  /** The run's directory, made when it is missing. Its files: see run-directory.ts. */
  readonly out: string;
  /** Resumes from the directory's checkpoint. */
  readonly resume?: boolean | undefined;
  /** Threads inside one operator, in training and in evaluation. Default 2. */
  readonly threads?: number | undefined;
  /** Ends the run at the next step, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
}

/** The result of a run. */
export interface TrainedRun {
  readonly modelFile: string;
  readonly card: ModelCard;
  /** Whether the signal ended it before its last step. */
  readonly interrupted: boolean;
}

const accuracySample = 10_000;
const checkpoints = 20;

/**
 * Trains a recipe on MNIST, or on the IDX files of a directory, keeping every 11th writer's digits for validation. The
 * same seed and data give the same model on the same machine, interrupted or not. The files in `out` are described
 * in run-directory.ts.
 *
 * Rejects with `DIGITS_RECIPE_UNKNOWN`, `DIGITS_CHECKPOINT_MISSING`, `…_DAMAGED`, `…_MISMATCH`,
 * `DIGITS_TRAINING_DIVERGED`, and what reading the data rejects with.
 */
export async function train(options: TrainOptions): Promise<TrainedRun> {
  const recipe = typeof options.recipe === 'string' ? recipeOf(options.recipe) : options.recipe;
  const directory = await RunDirectory.open(options.out);
  const data = await openMnistPart('train', { directory: options.data });
  const split = await splitTraining(data);
  const saved = options.resume ? await directory.readCheckpoint() : undefined;
  const plan = planOf(recipe, split, options, saved?.state);
  if (saved) directory.expectSameRun(saved, plan);
  const threads = options.threads ?? 2;
  await using trainer = await createTrainer({
    runtime: onnxRuntime,
    seed: plan.seed,
    threads,
    optimizer: recipe.optimizer(),
    movingAverage: recipe.movingAverage,
    build: (network) => buildTraining(recipe, plan.batch, network),
  });
  if (saved) directory.restore(trainer, saved);
  return await new Run({ recipe, data, split, trainer, threads, directory, plan }, saved?.state).toTheEnd(
    options,
  );
}

/** What may not change when a run is resumed. */
type Plan = Pick<RunState, 'recipe' | 'seed' | 'steps' | 'batch'>;

function planOf(
  recipe: Recipe,
  { train }: TrainingSplit,
  options: TrainOptions,
  saved: Plan | undefined,
): Plan {
  const seed = expectInteger('seed', options.seed ?? saved?.seed ?? 1, { min: 0 });
  const batch = expectInteger('batch', options.batch ?? saved?.batch ?? recipe.batch, { min: 1 });
  const usual = Math.round((recipe.steps(train.count) * recipe.batch) / batch);
  const steps = expectInteger('steps', options.steps ?? saved?.steps ?? usual, { min: 1 });
  return { recipe: recipe.name, seed, steps, batch };
}

interface RunParts {
  readonly recipe: Recipe;
  readonly data: LabelledSet;
  readonly split: TrainingSplit;
  readonly trainer: Trainer;
  readonly threads: number;
  readonly directory: RunDirectory;
  readonly plan: Plan;
}

interface Accuracy {
  readonly train: number;
  readonly validation: number;
}

class Run {
  readonly #parts: RunParts;
  readonly #pictures: TrainingPictures;
  readonly #epochSteps: number;
  readonly #rate: (step: number) => number;
  readonly #history: HistoryRow[];
  #pending: { loss: number; steps: number };

  constructor(parts: RunParts, saved: RunState | undefined) {
    const { recipe, split, plan } = parts;
    this.#parts = parts;
    this.#pictures = new TrainingPictures(recipe, split.train, plan, saved);
    this.#epochSteps = Math.max(1, Math.round(split.train.count / plan.batch));
    this.#rate = recipe.schedule(plan.steps, this.#epochSteps);
    this.#history = [...(saved?.history ?? [])];
    this.#pending = saved?.pending ?? { loss: 0, steps: 0 };
  }

  /** Steps until the end or the signal; leaves the directory complete either way. */
  async toTheEnd({ signal, onProgress }: TrainOptions): Promise<TrainedRun> {
    const { recipe, trainer, directory, plan } = this.#parts;
    const { steps } = plan;
    const checkpointEvery = Math.max(1, Math.round(steps / checkpoints));
    const [began, first] = [performance.now(), trainer.steps];
    let latest: ModelCard | undefined;
    while (trainer.steps < steps && !signal?.aborted) {
      const { loss, learningRate } = await this.#step();
      const step = trainer.steps;
      const isMeasured = step % recipe.evaluateEvery === 0 || step === steps;
      const measured = isMeasured ? await this.#evaluate() : undefined;
      latest = measured?.card ?? latest;
      const stepsPerSecond = ((step - first) * 1000) / (performance.now() - began);
      onProgress?.({
        step,
        steps,
        epoch: step / this.#epochSteps,
        loss,
        learningRate,
        stepsPerSecond,
        secondsLeft: (steps - step) / stepsPerSecond,
        ...(measured && { accuracy: measured.accuracy }),
      });
      await this.#record(step, learningRate, measured?.accuracy);
      if (step % checkpointEvery === 0) await this.#save();
    }
    await this.#save();
    const interrupted = trainer.steps < steps;
    const card = latest && !interrupted ? latest : (await this.#evaluate()).card;
    return { modelFile: directory.modelFile, card, interrupted };
  }

  async #step(): Promise<{ loss: number; learningRate: number }> {
    const { trainer } = this.#parts;
    const learningRate = this.#rate(trainer.steps);
    const { loss } = await trainer.step({ ...this.#pictures.next(), learningRate });
    if (!Number.isFinite(loss)) {
      throw new DigitsError('DIGITS_TRAINING_DIVERGED', `The loss is ${loss} at step ${trainer.steps}`);
    }
    this.#pending = { loss: this.#pending.loss + loss, steps: this.#pending.steps + 1 };
    return { loss: this.#pending.loss / this.#pending.steps, learningRate };
  }

  async #record(step: number, learningRate: number, accuracy: Accuracy | undefined): Promise<void> {
    if (step % this.#parts.recipe.reportEvery !== 0 && !accuracy) return;
    const loss = this.#pending.loss / this.#pending.steps;
    const { train, validation } = accuracy ?? {};
    this.#history.push({ step, epoch: step / this.#epochSteps, loss, learningRate, train, validation });
    this.#pending = { loss: 0, steps: 0 };
    await this.#parts.directory.writeHistory(this.#history);
  }

  /** Exports the model as it is, calibrates it, writes it, and measures it. */
  async #evaluate(): Promise<{ accuracy: Accuracy; card: ModelCard }> {
    const { recipe, data, split, trainer, threads, directory, plan } = this.#parts;
    const parameters = trainer.movingAverage;
    const { outliers } = this.#pictures;
    const graph = await exportRecipe(recipe, parameters, split.train, onnxRuntime, { outliers, threads });
    const logits = await logitsOf(graph, split.validation, onnxRuntime, threads);
    const { seed, steps, batch } = plan;
    const card = await writeModelFile(directory.modelFile, graph, {
      recipe: recipe.name,
      parameters: parameters.length,
      seed,
      trained: new Date().toISOString(),
      command: `inkwire train ${recipe.name} --steps ${steps} --batch ${batch} --seed ${seed}`,
      data: {
        [`${data.name}-images`]: data.sha256!.images,
        [`${data.name}-labels`]: data.sha256!.labels,
      },
      ...calibrate(logits, split.validation),
    });
    if (recipe.name === 'softmax') await directory.writeWeights(parameters.subarray(0, 7840));

    const sample = sampleOf(split.train);
    const train = accuracyOfLogits(await logitsOf(graph, sample, onnxRuntime, threads), sample.labels);
    return { accuracy: { train, validation: accuracyOfLogits(logits, split.validation.labels) }, card };
  }

  async #save(): Promise<void> {
    const { trainer, directory, plan } = this.#parts;
    await directory.writeCheckpoint(trainer, {
      ...plan,
      ...this.#pictures.state,
      history: this.#history,
      pending: this.#pending,
    });
  }
}

/** Up to ten thousand training digits, evenly spread. */
function sampleOf(set: LabelledSet): LabelledSet {
  const count = Math.min(accuracySample, set.count);
  const indexes = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * set.count) / count));
  return pickDigits(set, indexes, `${set.name}-sample`);
}
