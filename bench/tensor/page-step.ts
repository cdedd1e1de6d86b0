/**
 * One training step of the `page` recipe, 16 pages of 160×96, in both layouts, and in PyTorch where there is a Python with
 * it. Steps alternate, so that a busy machine is as busy for each; processor time counts beside time.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@inkwire/base';
import { buildPageTraining, createPageRecipe } from '@inkwire/digits';
import { createTrainer, type Layout } from '@inkwire/tensor';
import { onnxRuntime } from '@inkwire/tensor/node';
import { median, printTable, saveResults } from '../report.ts';

/** Multiplications and additions of the convolutions: forward once, backward twice. */
const operations = 3 * 16 * 2 * (4 * 24 * 9 * 3840 + (96 * 48 * 9 + 13 * 48 * 48 * 9 + 48 * 21) * 960);

interface Taken {
  readonly ms: number;
  readonly processorMs: number;
}

interface Contestant {
  readonly name: string;
  step(): Promise<Taken>;
  close(): Promise<void>;
}

async function inkwire(layout: Layout): Promise<Contestant> {
  const recipe = createPageRecipe();
  const trainer = await createTrainer({
    runtime: onnxRuntime,
    seed: 1,
    layout,
    optimizer: recipe.optimizer(),
    movingAverage: recipe.movingAverage,
    maxGradientNorm: recipe.maxGradientNorm!,
    build: (network) => buildPageTraining(recipe, recipe.batch, network),
  });
  const random = createRandom(1);
  const numbers = (length: number) => Float32Array.from({ length }, () => random.next());
  const cells = 16 * 24 * 40;
  const feeds = {
    plane: numbers(16 * 160 * 96),
    heat: numbers(15 * cells),
    box: numbers(4 * cells),
    at: Float32Array.from({ length: cells }, (_, i) => (i % 100 === 0 ? 1 : 0)),
    writing: numbers(2 * cells),
    learningRate: 1e-4,
  };
  return {
    name: `inkwire, ${layout}`,
    async step() {
      const [began, used] = [performance.now(), process.cpuUsage()];
      await trainer.step(feeds);
      const { user, system } = process.cpuUsage(used);
      return { ms: performance.now() - began, processorMs: (user + system) / 1000 };
    },
    close: () => trainer.close(),
  };
}

/** A process that takes a step for each line that it receives, and answers with milliseconds and processor milliseconds. */
function pytorch(python: string, layout: 'channels_last' | 'contiguous'): Contestant {
  // Benchmarks run from bench/dist, where only TypeScript is compiled to.
  const program = fileURLToPath(new URL('../../tensor/page-step.py', import.meta.url));
  const child = spawn(python, [program, layout], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name: `PyTorch, ${layout}`,
    async step() {
      child.stdin.write('\n');
      const { value, done } = await lines.next();
      if (done) throw new Error(`${python} ended`);
      const [ms, processorMs] = value.split(' ').map(Number) as [number, number];
      return { ms, processorMs };
    },
    async close() {
      child.stdin.end();
    },
  };
}

/** `python`: a Python that can import torch. Absent: Inkwire alone. */
export async function pageStep(options: {
  readonly rounds: number;
  readonly python: string | undefined;
}): Promise<void> {
  const { rounds, python } = options;
  const contestants = [await inkwire('batch innermost'), await inkwire('plain')];
  if (python) contestants.push(pytorch(python, 'channels_last'), pytorch(python, 'contiguous'));
  const taken = contestants.map((): Taken[] => []);
  for (const contestant of contestants) await contestant.step();
  for (let round = 0; round < rounds; round++)
    for (const [i, contestant] of contestants.entries()) taken[i]!.push(await contestant.step());
  for (const contestant of contestants) await contestant.close();

  const rows = contestants.map(({ name }, i) => {
    const medianMs = median(taken[i]!.map(({ ms }) => ms));
    const processorMs = median(taken[i]!.map((one) => one.processorMs));
    return { name, medianMs, processorMs, gigaflops: operations / medianMs / 1e6 };
  });
  const cells = rows.map((row) => [
    row.name,
    row.medianMs.toFixed(0),
    row.processorMs.toFixed(0),
    row.gigaflops.toFixed(1),
  ]);
  printTable(['one step, 16 pages of 160×96', 'median ms', 'processor ms', 'GFLOP/s'], cells);
  saveResults('tensor-page-step', 'npm run bench -- tensor --page', rows);
}
