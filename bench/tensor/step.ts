/** One training step of the `mlp` recipe's network: how long it takes here, in jax-js and in TensorFlow.js. */
import { median, printTable, quantile, saveResults } from '../report.ts';
import { type Batch, type Contestant, initialWeights, inventBatches } from './contestant.ts';
import { inkwire } from './inkwire.ts';
import { jax } from './jax.ts';
import { tensorflow } from './tensorflow.ts';

/** How far losses may be apart after the warm-up, in which everyone takes the same steps. */
const tolerance = 1e-3;
const warmup = 5;

/** Steps that a contestant takes before it is the next one's turn: about as long for each. */
const turn = (milliseconds: number) => Math.max(1, Math.min(20, Math.round(100 / milliseconds)));

export async function step({ rounds }: { readonly rounds: number }): Promise<void> {
  const weights = initialWeights();
  const batches = inventBatches(warmup);
  const contestants = [await inkwire(weights), await jax(weights), await tensorflow(weights)];
  const lengths = await agree(contestants, batches);

  const times = contestants.map((): number[] => []);
  let consumed = 0;
  for (let round = 0; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      for (let at = 0; at < turn(lengths[i]!); at++) {
        const begun = performance.now();
        consumed += await contestant.step(batches[at % batches.length]!);
        times[i]!.push(performance.now() - begun);
      }
    }
  }
  if (!Number.isFinite(consumed)) throw new Error('A contestant lost its way');
  for (const contestant of contestants) await contestant.close();

  const middle = times.map(median);
  const rows = contestants.map(({ name }, i) => ({
    name,
    steps: times[i]!.length,
    medianMs: middle[i]!,
    fastestTenthMs: quantile(times[i]!, 0.1),
    timesAsLong: middle[i]! / middle[0]!,
  }));
  const cells = rows.map((row) => [
    row.name,
    row.steps,
    row.medianMs.toFixed(2),
    row.fastestTenthMs.toFixed(2),
    `${row.timesAsLong.toFixed(1)}×`,
  ]);
  printTable(
    ['one step, 784-500-10, batch 200', 'steps', 'median ms', 'fastest tenth ms', 'times as long'],
    cells,
  );
  saveResults('tensor-step', 'npm run bench -- tensor', rows);
}

/** Lets everyone warm up on the same batches, throws when the losses differ, and returns the last step's milliseconds. */
async function agree(contestants: readonly Contestant[], batches: readonly Batch[]): Promise<number[]> {
  const lengths: number[] = [];
  const losses: number[][] = [];
  for (const contestant of contestants) {
    const found: number[] = [];
    let length = 0;
    for (const batch of batches) {
      const begun = performance.now();
      found.push(await contestant.step(batch));
      length = performance.now() - begun;
    }
    losses.push(found);
    lengths.push(length);
  }
  for (const [i, found] of losses.entries()) {
    if (found.some((loss, at) => !(Math.abs(loss - losses[0]![at]!) < tolerance))) {
      throw new Error(`${contestants[i]!.name} computes something else: ${found} instead of ${losses[0]}`);
    }
  }
  return lengths;
}
