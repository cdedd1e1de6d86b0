/** Whole runs of the page recipe on invented digits, in steps that are counted and never in time. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createPageRecipe,
  openModelFile,
  type PageRecipe,
  parseHistory,
  type TrainOptions,
  type TrainProgress,
  train,
} from '../../src/index.ts';
import { writeInvented } from './invented.ts';

let directory: string;
let data: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inkwire-pages-'));
  data = join(directory, 'data');
  await writeInvented(data, 120);
});

afterEach(() => rm(directory, { recursive: true }));

const recipe: PageRecipe = {
  ...createPageRecipe({
    batch: 2,
    size: { width: 64, height: 32 },
    stem: 2,
    channels: 4,
    blocks: 1,
    doubtPages: 2,
  }),
  reportEvery: 3,
  evaluateEvery: 8,
};

const run = (options: Partial<TrainOptions> & { readonly out: string }) =>
  train({ recipe, data, threads: 1, steps: 8, seed: 5, ...options, out: join(directory, options.out) });

test('a run that was interrupted and resumed with other workers is bit for bit the run that was not', async () => {
  await run({ out: 'whole', workers: 0 });
  const controller = new AbortController();
  const onProgress = ({ step }: TrainProgress) => step === 5 && controller.abort();
  const first = await run({ out: 'parts', workers: 2, signal: controller.signal, onProgress });
  expect(first.interrupted).toBe(true);
  const second = await run({ out: 'parts', workers: 1, resume: true });
  expect(second.interrupted).toBe(false);
  for (const file of ['checkpoint.safetensors', 'history.csv']) {
    const whole = await readFile(join(directory, 'whole', file));
    expect(whole.equals(await readFile(join(directory, 'parts', file))), file).toBe(true);
  }
});

test('a run leaves a detector with its card, and the history', async () => {
  const { modelFile } = await run({ out: 'run', workers: 0 });
  const { card } = await openModelFile(modelFile);
  expect(card).toMatchObject({ recipe: 'page', seed: 5, marks: '0123456789.,-/:', unsureBelow: 0.3 });
  expect(card.command).toBe('inkwire train page --steps 8 --batch 2 --seed 5');
  expect(card.doubt!.together).toBeGreaterThanOrEqual(0);
  expect(card.naming!.detector).toBeGreaterThanOrEqual(0);
  const [figures] = card.figures;
  expect(figures!.count).toBeGreaterThan(0);
  expect(figures!.found).toBeGreaterThanOrEqual(figures!.correct);
  const history = parseHistory(await readFile(join(directory, 'run', 'history.csv'), 'utf8'));
  expect(history.map(({ step }) => step)).toEqual([3, 6, 8]);
  expect(history.at(-1)!.validation).toBeGreaterThanOrEqual(0);
});
