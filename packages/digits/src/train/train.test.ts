import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@inkwire/base';
import { readMetadata } from '@inkwire/tensor';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openMnistPart } from '../data/mnist.ts';
import { splitTraining } from '../data/writers.ts';
import { openReader } from '../reader/reader.ts';
import { createCnnRecipe } from '../recipes/index.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { softmaxRecipe } from '../recipes/softmax.ts';
import { parseHistory } from './history.ts';
import { drawOutliers } from './outliers.ts';
import { type TrainProgress, train } from './train.ts';

let directory: string;
let data: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inkwire-train-'));
  data = join(directory, 'data');
  await writeInvented(data, 600);
});

afterEach(() => rm(directory, { recursive: true }));

/** Digits that a child could tell apart: digit d is a bar whose place says d, with noise. */
async function writeInvented(to: string, count: number): Promise<void> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(to, { recursive: true });
  const random = createRandom(7);
  const images = Buffer.alloc(16 + count * 784);
  images.writeUInt32BE(0x803, 0);
  images.writeUInt32BE(count, 4);
  images.writeUInt32BE(28, 8);
  images.writeUInt32BE(28, 12);
  const labels = Buffer.alloc(8 + count);
  labels.writeUInt32BE(0x801, 0);
  labels.writeUInt32BE(count, 4);
  for (let i = 0; i < count; i++) {
    const digit = random.below(10);
    labels[8 + i] = digit;
    for (let p = 0; p < 784; p++) {
      const row = Math.floor(p / 28);
      const ink = row >= 2 + digit * 2.4 && row < 5 + digit * 2.4 && p % 28 > 5 && p % 28 < 22;
      images[16 + i * 784 + p] = ink ? 200 + random.below(56) : random.below(20);
    }
  }
  await writeFile(join(to, 'train-images-idx3-ubyte'), images);
  await writeFile(join(to, 'train-labels-idx1-ubyte'), labels);
}

const quick = (recipe: Recipe): Recipe => ({ ...recipe, reportEvery: 4, evaluateEvery: 10 });
const tinyCnn = quick(createCnnRecipe({ batch: 16, width: 2, units: 8, epochs: 1 }));
const softmax = quick(softmaxRecipe);

test('a run learns, and leaves the model with its card, the history, the curve and the weight pictures', async () => {
  const heard: TrainProgress[] = [];
  const out = join(directory, 'run');
  const run = await train({
    recipe: softmax,
    steps: 60,
    data,
    out,
    onProgress: (progress) => heard.push(progress),
  });
  expect(run.interrupted).toBe(false);
  expect(heard).toHaveLength(60);
  expect(heard.at(-1)).toMatchObject({ step: 60, steps: 60, accuracy: { validation: expect.any(Number) } });
  expect(heard.at(-1)!.accuracy!.validation).toBeGreaterThan(0.9);
  expect(heard.at(-1)!.loss).toBeLessThan(heard[0]!.loss / 2);

  const card = JSON.parse(readMetadata(await readFile(run.modelFile)).inkwire!);
  expect(card).toMatchObject({ recipe: 'softmax', parameters: 7850, seed: 1, unsureErrorRate: 0.001 });
  expect(card.command).toBe('inkwire train softmax --steps 60 --batch 100 --seed 1');
  // 3 % of the validation digits are strange to it; without this number nothing is.
  expect(Number.isFinite(card.familiarAbove)).toBe(true);
  expect(card).toEqual(run.card);

  const history = parseHistory(await readFile(join(out, 'history.csv'), 'utf8'));
  expect(history.map(({ step }) => step)).toContain(4);
  expect(history.at(-1)).toMatchObject({ step: 60, validation: heard.at(-1)!.accuracy!.validation });
  expect(await readFile(join(out, 'curve.svg'), 'utf8')).toContain('<svg');
  expect(await readFile(join(out, 'weights.svg'), 'utf8')).toContain('<svg');
});

test('a run that was interrupted and resumed is bit for bit the run that was not', async () => {
  const options = { recipe: tinyCnn, steps: 24, seed: 5, data };
  await train({ ...options, out: join(directory, 'whole') });

  const out = join(directory, 'parts');
  const controller = new AbortController();
  const onProgress = ({ step }: TrainProgress) => step === 13 && controller.abort();
  const first = await train({ ...options, out, signal: controller.signal, onProgress });
  expect(first.interrupted).toBe(true);
  const second = await train({ recipe: tinyCnn, data, out, resume: true });
  expect(second.interrupted).toBe(false);

  for (const file of ['checkpoint.safetensors', 'history.csv']) {
    const whole = await readFile(join(directory, 'whole', file));
    // Not toEqual: to print how two checkpoints differ takes minutes.
    expect(whole.equals(await readFile(join(out, file))), file).toBe(true);
  }
});

test('a recipe with outliers learns that what is no digit may be any of the ten', async () => {
  const { train: digits } = await splitTraining(await openMnistPart('train', { directory: data }));
  const others = drawOutliers(50, digits, 99);
  const sureness = async (outlierShare: number) => {
    const out = join(directory, `share-${outlierShare}`);
    const recipe = quick(
      createCnnRecipe({ batch: 20, width: 4, units: 16, dropout: 0, outlierShare, average: 0.9 }),
    );
    const { modelFile } = await train({ recipe, steps: 120, data, out });
    await using reader = await openReader({ model: modelFile });
    const probabilities = await reader.classify(others.images);
    const tops = Array.from({ length: 50 }, (_, i) =>
      Math.max(...probabilities.subarray(i * 10, i * 10 + 10)),
    );
    return tops.reduce((sum, top) => sum + top, 0) / tops.length;
  };
  expect(await sureness(0.5)).toBeLessThan(0.9 * (await sureness(0)));
});

test('the same seed gives the same model and another seed another', async () => {
  const versionOf = async (seed: number, out: string) =>
    (await train({ recipe: tinyCnn, steps: 5, seed, data, out: join(directory, out) })).card.version;
  const version = await versionOf(1, 'a');
  expect(await versionOf(1, 'b')).toBe(version);
  expect(await versionOf(2, 'c')).not.toBe(version);
});

test('resuming needs a checkpoint, whole and of the same run', async () => {
  const out = join(directory, 'run');
  const resume = (extra = {}) => train({ recipe: softmax, data, out, resume: true, ...extra });
  await expect(resume()).rejects.toMatchObject({ code: 'DIGITS_CHECKPOINT_MISSING' });
  await train({ recipe: softmax, steps: 5, data, out });
  await expect(resume({ seed: 2 })).rejects.toMatchObject({ code: 'DIGITS_CHECKPOINT_MISMATCH' });
  await expect(resume({ recipe: tinyCnn })).rejects.toMatchObject({ code: 'DIGITS_CHECKPOINT_MISMATCH' });
  const file = join(out, 'checkpoint.safetensors');
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(0, bytes.length - 100));
  await expect(resume()).rejects.toMatchObject({ code: 'DIGITS_CHECKPOINT_DAMAGED' });
  await writeFile(file, 'no checkpoint at all');
  await expect(resume()).rejects.toMatchObject({ code: 'DIGITS_CHECKPOINT_DAMAGED' });
});

test('an unknown recipe is refused by name', async () => {
  await expect(train({ recipe: 'rnn', out: join(directory, 'run') })).rejects.toMatchObject({
    code: 'DIGITS_RECIPE_UNKNOWN',
    message: 'There is no recipe `rnn`; there are softmax, mlp, cnn',
  });
});

test('a loss that is no number ends the run', async () => {
  const wild: Recipe = { ...softmax, schedule: () => () => 1e30 };
  await expect(train({ recipe: wild, steps: 50, data, out: join(directory, 'run') })).rejects.toMatchObject({
    code: 'DIGITS_TRAINING_DIVERGED',
  });
});
