import { expectInteger } from '@inkwire/base';
import { createTrainer } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import { joinSets, type LabelledSet } from '../data/labelled-set.ts';
import { openMnistPart } from '../data/mnist.ts';
import { splitTraining, type TrainingSplit } from '../data/writers.ts';
import { recipeOf } from '../recipes/index.ts';
import type { PageRecipe } from '../recipes/page.ts';
import type { Recipe, RunRecipe } from '../recipes/recipe.ts';
import { DigitTask } from './digit-task.ts';
import { type ExtraDigits, openExtraDigits } from './extra-digits.ts';
import { picturesOf } from './graphs.ts';
import { PageTask } from './page-task.ts';
import { Run, type RunOptions, type TrainedRun } from './run.ts';
import { RunDirectory } from './run-directory.ts';
import type { Plan } from './run-state.ts';
import type { ExamplesState, Task } from './task.ts';
import { readTeachers, Teachers } from './teachers.ts';

/** Options of `train`. */
export interface TrainOptions extends RunOptions {
  /** A recipe's name, or a recipe of your own. */
  readonly recipe: string | Recipe | PageRecipe;
  /** Default: the recipe's. */
  readonly steps?: number | undefined;
  /** Digits or pages a step. Default: the recipe's. */
  readonly batch?: number | undefined;
  /** Default 1. */
  readonly seed?: number | undefined;
  /** A directory of IDX files. Default: MNIST. */
  readonly data?: string | undefined;
  /**
   * Labelled pages (`openLabelledPages`), whose digits are trained on besides. Where they have no boxes the bundled detector finds
   * the digits. They are not among those that the run is validated on. A run resumes with the same ones only.
   */
  readonly extra?: string | undefined;
  /** Called before the first step with the digits of `extra`: how many there are, and those that could not be cut. */
  readonly onExtra?: ((extra: Pick<LabelledSet, 'count' | 'missed'>) => void) | undefined;
  /**
   * Model files of single digits whose answers are most of the target, beside the labels (see teachers.ts). For recipes of single
   * digits. A run resumes with the same ones only.
   */
  readonly teachers?: readonly string[] | undefined;
  /** The run's directory, made when it is missing. Its files: see run-directory.ts. */
  readonly out: string;
  /** Resumes from the directory's checkpoint. */
  readonly resume?: boolean | undefined;
  /** Threads inside one operator, in training and in evaluation. Default 2. */
  readonly threads?: number | undefined;
  /**
   * Threads that make pages, for recipes of pages; 0: pages are made between the steps. The model is the same with any
   * number. Default 1.
   */
  readonly workers?: number | undefined;
}

/**
 * Trains a recipe on MNIST, or on the IDX files of a directory, keeping every 11th writer's digits for validation. The
 * same seed and data give the same model on the same machine, interrupted or not. The files in `out` are described
 * in run-directory.ts.
 *
 * Rejects with `DIGITS_RECIPE_UNKNOWN`, `DIGITS_CHECKPOINT_MISSING`, `…_DAMAGED`, `…_MISMATCH`,
 * `DIGITS_TRAINING_DIVERGED`, and what reading the data and the teachers rejects with; with a RangeError for teachers of a
 * recipe of pages.
 */
export async function train(options: TrainOptions): Promise<TrainedRun> {
  const recipe = typeof options.recipe === 'string' ? recipeOf(options.recipe) : options.recipe;
  const directory = await RunDirectory.open(options.out);
  const data = await openMnistPart('train', { directory: options.data });
  const extra =
    options.extra === undefined ? undefined : await openExtraDigits(options.extra, options.signal);
  if (extra) options.onExtra?.(extra.digits);
  const split = withExtra(await splitTraining(data), extra);
  const saved = options.resume ? await directory.readCheckpoint() : undefined;
  const models = await readTeachers(options.teachers ?? []);
  const plan = {
    ...planOf(recipe, split, options, saved?.state),
    ...(extra && { extra: extra.sha256 }),
    ...(models.length > 0 && { teachers: models.map(({ card }) => card.version).join(' ') }),
  };
  if (saved) directory.expectSameRun(saved, plan);
  const threads = options.threads ?? 2;
  await using teachers = await openTeachers(recipe, models, plan.batch, threads);
  await using task = openTask(
    recipe,
    split,
    { ...plan, threads, workers: options.workers },
    teachers,
    saved?.state,
  );
  await using trainer = await createTrainer({
    runtime: onnxRuntime,
    seed: plan.seed,
    threads,
    optimizer: recipe.optimizer(),
    movingAverage: recipe.movingAverage,
    ...(recipe.maxGradientNorm === undefined ? {} : { maxGradientNorm: recipe.maxGradientNorm }),
    build: (network) => task.build(network),
  });
  if (saved) directory.restore(trainer, saved);
  const digits = { name: data.name, sha256: data.sha256!, count: split.train.count };
  return await new Run({ task, digits, trainer, directory, plan }, saved?.state).toTheEnd(options);
}

function withExtra(split: TrainingSplit, extra: ExtraDigits | undefined): TrainingSplit {
  return extra ? { ...split, train: joinSets(split.train, extra.digits) } : split;
}

async function openTeachers(
  recipe: Recipe | PageRecipe,
  models: Awaited<ReturnType<typeof readTeachers>>,
  batch: number,
  threads: number,
): Promise<Teachers | undefined> {
  if (models.length === 0) return undefined;
  if (!('model' in recipe)) throw new RangeError('Expected no `teachers` for a recipe of pages');
  return Teachers.open(models, recipe, { pictures: picturesOf(recipe, batch).all, threads });
}

function openTask(
  recipe: Recipe | PageRecipe,
  split: TrainingSplit,
  { workers = 1, ...options }: Plan & { readonly threads: number; readonly workers: number | undefined },
  teachers: Teachers | undefined,
  saved: ExamplesState | undefined,
): Task {
  if ('model' in recipe) return new DigitTask(recipe, split, options, saved, teachers);
  expectInteger('workers', workers, { min: 0 });
  return new PageTask(recipe, split, { ...options, workers }, saved);
}

function planOf(
  recipe: RunRecipe,
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
