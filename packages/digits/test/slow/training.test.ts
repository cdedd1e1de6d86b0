/**
 * Whole training runs on invented digits, in steps that are counted and never in time. Runs have one thread: two would
 * spin for each other on a busy machine. `INKWIRE_LONG=1` trains for longer.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMetadata } from '@inkwire/tensor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createCnnRecipe,
  openMnistPart,
  openModelFile,
  openReader,
  parseHistory,
  type Recipe,
  recipeOf,
  splitTraining,
  type TrainOptions,
  type TrainProgress,
  train,
} from '../../src/index.ts';
import { drawOutliers } from '../../src/train/outliers.ts';
import { writeInvented } from './invented.ts';

const isLong = process.env.INKWIRE_LONG === '1';

let directory: string;
let data: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inkwire-train-'));
  data = join(directory, 'data');
  await writeInvented(data, 600);
});

afterEach(() => rm(directory, { recursive: true }));

/** Trains on the invented digits; the run is in `directory` under the name `out`. */
const run = ({ out = 'run', ...options }: Partial<TrainOptions> & Pick<TrainOptions, 'recipe'>) =>
  train({ data, threads: 1, ...options, out: join(directory, out) });

const quick = (recipe: Recipe): Recipe => ({ ...recipe, reportEvery: 4, evaluateEvery: 10 });
const tinyCnn = quick(createCnnRecipe({ batch: 16, width: 2, units: 8, epochs: 1 }));
const softmax = quick(recipeOf('softmax'));

test('a run learns, and leaves the model with its card, the history, the curve and the weight pictures', async () => {
  const heard: TrainProgress[] = [];
  const out = join(directory, 'run');
  const trained = await run({ recipe: softmax, steps: 60, onProgress: (progress) => heard.push(progress) });
  expect(trained.interrupted).toBe(false);
  expect(heard).toHaveLength(60);
  expect(heard.at(-1)).toMatchObject({ step: 60, steps: 60, accuracy: { validation: expect.any(Number) } });
  expect(heard.at(-1)!.accuracy!.validation).toBeGreaterThan(0.9);
  expect(heard.at(-1)!.loss).toBeLessThan(heard[0]!.loss / 2);

  const card = JSON.parse(readMetadata(await readFile(trained.modelFile)).inkwire!);
  expect(card).toMatchObject({ recipe: 'softmax', parameters: 7850, seed: 1, unsureErrorRate: 0.001 });
  expect(card.command).toBe('inkwire train softmax --steps 60 --batch 100 --seed 1');
  // 3 % of the validation digits are strange to it; without this number nothing is.
  expect(Number.isFinite(card.familiarAbove)).toBe(true);
  expect(card).toEqual(trained.card);

  const history = parseHistory(await readFile(join(out, 'history.csv'), 'utf8'));
  expect(history.map(({ step }) => step)).toContain(4);
  expect(history.at(-1)).toMatchObject({ step: 60, validation: heard.at(-1)!.accuracy!.validation });
  expect(await readFile(join(out, 'curve.svg'), 'utf8')).toContain('<svg');
  expect(await readFile(join(out, 'weights.svg'), 'utf8')).toContain('<svg');
});

test('a run that was interrupted and resumed is bit for bit the run that was not', async () => {
  // At 13, between two rows of the history and in the middle of an epoch.
  const options = { recipe: tinyCnn, steps: isLong ? 60 : 16, seed: 5 };
  await run({ ...options, out: 'whole' });

  const controller = new AbortController();
  const onProgress = ({ step }: TrainProgress) => step === 13 && controller.abort();
  const first = await run({ ...options, out: 'parts', signal: controller.signal, onProgress });
  expect(first.interrupted).toBe(true);
  const second = await run({ recipe: tinyCnn, out: 'parts', resume: true });
  expect(second.interrupted).toBe(false);

  for (const file of ['checkpoint.safetensors', 'history.csv']) {
    const whole = await readFile(join(directory, 'whole', file));
    // Not toEqual: to print how two checkpoints differ takes minutes.
    expect(whole.equals(await readFile(join(directory, 'parts', file))), file).toBe(true);
  }
});

test('a recipe with outliers learns that what is no digit may be any of the ten', async () => {
  const { train: digits } = await splitTraining(await openMnistPart('train', { directory: data }));
  const others = drawOutliers(50, digits, 99);
  const sureness = async (outlierShare: number) => {
    const recipe = quick(
      createCnnRecipe({
        ...{ batch: 20, width: 4, units: 16, dropout: 0, average: 0.9 },
        ...{ outlierShare, cropShare: 0 },
      }),
    );
    const { modelFile } = await run({ recipe, steps: isLong ? 120 : 60, out: `share-${outlierShare}` });
    await using reader = await openReader({ model: modelFile, threads: 1 });
    const probabilities = await reader.classify(others.images);
    const tops = Array.from({ length: 50 }, (_, i) =>
      Math.max(...probabilities.subarray(i * 10, i * 10 + 10)),
    );
    return tops.reduce((sum, top) => sum + top, 0) / tops.length;
  };
  expect(await sureness(0.5)).toBeLessThan(0.9 * (await sureness(0)));
});

test('a run with teachers learns what they say, more than its labels', async () => {
  const { modelFile } = await run({ recipe: softmax, steps: 60, out: 'teacher' });
  const images = await readFile(join(data, 'train-images-idx3-ubyte'));
  const labels = await readFile(join(data, 'train-labels-idx1-ubyte'));
  const wrong = join(directory, 'wrong');
  await mkdir(wrong);
  await writeFile(join(wrong, 'train-images-idx3-ubyte'), images);
  await writeFile(
    join(wrong, 'train-labels-idx1-ubyte'),
    labels.map((label, i) => (i < 8 ? label : (label + 1) % 10)),
  );
  const taught = { recipe: softmax, data: wrong, steps: 60, out: 'taught', teachers: [modelFile] };
  const { card } = await run(taught);
  expect(card.command).toBe('inkwire train softmax --steps 60 --batch 100 --seed 1 --teachers FILES');
  expect(card.data.teachers).toBe((await openModelFile(modelFile)).card.version);
  // Of its own validation digits, each of which has a wrong label.
  expect(card.figures[0]!.accuracy).toBeLessThan(0.1);
  const alone = await run({ ...taught, out: 'alone', teachers: [] });
  expect(alone.card.figures[0]!.accuracy).toBeGreaterThan(0.9);

  expect((await run({ ...taught, resume: true })).card.version).toBe(card.version);
  const { teachers: _, ...untaught } = taught;
  await expect(run({ ...untaught, resume: true })).rejects.toMatchObject({
    code: 'DIGITS_CHECKPOINT_MISMATCH',
    message: expect.stringContaining('teachers'),
  });
});

test('the same seed gives the same model and another seed another', async () => {
  const versionOf = async (seed: number, out: string) =>
    (await run({ recipe: tinyCnn, steps: 5, seed, out })).card.version;
  const version = await versionOf(1, 'a');
  expect(await versionOf(1, 'b')).toBe(version);
  expect(await versionOf(2, 'c')).not.toBe(version);
});

test('resuming needs a checkpoint, whole and of the same run', async () => {
  const out = join(directory, 'run');
  const resume = (extra = {}) => run({ recipe: softmax, resume: true, ...extra });
  await expect(resume()).rejects.toMatchObject({ code: 'DIGITS_CHECKPOINT_MISSING' });
  await run({ recipe: softmax, steps: 5 });
  await expect(resume({ seed: 2 })).rejects.toMatchObject({ code: 'DIGITS_CHECKPOINT_MISMATCH' });
  await expect(resume({ recipe: tinyCnn })).rejects.toMatchObject({ code: 'DIGITS_CHECKPOINT_MISMATCH' });
  const file = join(out, 'checkpoint.safetensors');
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(0, bytes.length - 100));
  await expect(resume()).rejects.toMatchObject({ code: 'DIGITS_CHECKPOINT_DAMAGED' });
  await writeFile(file, 'no checkpoint at all');
  await expect(resume()).rejects.toMatchObject({ code: 'DIGITS_CHECKPOINT_DAMAGED' });
});

test('a loss that is no number ends the run', async () => {
  const wild: Recipe = { ...softmax, schedule: () => () => 1e30 };
  await expect(run({ recipe: wild, steps: 50 })).rejects.toMatchObject({
    code: 'DIGITS_TRAINING_DIVERGED',
  });
});
