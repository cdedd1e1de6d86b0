/** Whole runs of the page recipe on invented digits, in steps that are counted and never in time. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
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

test('a run that is interrupted while its weights are fitted is saved, and resumed with the fit', async () => {
  const controller = new AbortController();
  const onStepsDone = () => controller.abort();
  const first = await run({ out: 'run', workers: 0, signal: controller.signal, onStepsDone });
  expect(first.interrupted).toBe(true);
  expect(first.card.doubt).toBeUndefined();
  const second = await run({ out: 'run', workers: 0, resume: true });
  expect(second.interrupted).toBe(false);
  expect(second.card.doubt).toBeDefined();
  const whole = await run({ out: 'whole', workers: 0 });
  expect(second.card.version).toBe(whole.card.version);
  for (const file of ['checkpoint.safetensors', 'history.csv']) {
    const bytes = await readFile(join(directory, 'whole', file));
    expect(bytes.equals(await readFile(join(directory, 'run', file))), file).toBe(true);
  }
});

test('a run leaves a detector with its card, and the history', async () => {
  const { modelFile } = await run({ out: 'run', workers: 0 });
  const { card } = await openModelFile(modelFile);
  expect(card).toMatchObject({ recipe: 'page', seed: 5, marks: '0123456789.,-/:', unsureErrorRate: 0.03 });
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

test('the digits of labelled pages are written on the made-up pages too', async () => {
  const extra = join(directory, 'extra');
  await mkdir(extra);
  const bar = Uint8Array.from({ length: 40 * 40 }, (_, i) => (i % 40 > 16 && i % 40 < 22 ? 20 : 250));
  const raw = { width: 40, height: 40, channels: 1 } as const;
  await writeFile(join(extra, 'one.png'), await sharp(bar, { raw }).png().toBuffer());
  await writeFile(join(extra, 'labels.csv'), 'name,text,boxes\none.png,1,"0,0,40,40"\n');
  const plain = await run({ out: 'plain', workers: 0, steps: 1 });
  const more = await run({ out: 'more', workers: 0, steps: 1, extra });
  expect(more.card.data['extra-digits']).toMatch(/^[0-9a-f]{64}$/);
  expect(more.card.version).not.toBe(plain.card.version);
});
