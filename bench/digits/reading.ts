import { bundledModel, openMnistPart, openReader } from '@inkwire/digits';
import { median, printTable, saveResults } from '../report.ts';

const rounds = 5;
const digitsARound = 10_000;

/** How many prepared digits a reader with one thread reads a second: one by one, each awaited, and in batches of 64. */
export async function reading(): Promise<void> {
  const { images, count } = await openMnistPart('test');
  await using reader = await openReader({ model: bundledModel('cnn'), threads: 1 });
  let sum = 0;
  const rate = async (batch: number): Promise<number> => {
    const began = performance.now();
    for (let from = 0; from < Math.min(digitsARound, count); from += batch) {
      const probabilities = await reader.classify(images.subarray(from * 784, (from + batch) * 784));
      sum += probabilities[0]!;
    }
    return (Math.min(digitsARound, count) * 1000) / (performance.now() - began);
  };
  await rate(1);
  await rate(64);
  const [single, batched]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    single.push(await rate(1));
    batched.push(await rate(64));
  }
  if (!Number.isFinite(sum)) throw new Error('The reader gave no probabilities');
  const results = { single: median(single), batched: median(batched), rounds: { single, batched } };
  printTable(
    ['one thread', 'digits a second'],
    [
      ['one by one', Math.round(results.single)],
      ['in batches of 64', Math.round(results.batched)],
    ],
  );
  saveResults('digits-reading', 'npm run bench -- digits --only reading', results);
}
