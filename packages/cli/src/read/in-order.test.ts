import { expect, it } from 'vitest';
import { inOrder } from './in-order.ts';

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

it('keeps the order whichever finishes first, and the bound', async () => {
  let running = 0;
  let most = 0;
  const turns = async (count: number) => {
    for (let i = 0; i < count; i++) await Promise.resolve();
  };
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await turns(50 - item);
    running--;
    return item * 2;
  };
  const items = Array.from({ length: 40 }, (_, i) => i);
  expect(await collect(inOrder(items, 4, work))).toEqual(items.map((item) => item * 2));
  expect(most).toBe(4);
});

it('ends with the first rejection, in its turn', async () => {
  const seen: number[] = [];
  const reading = (async () => {
    for await (const result of inOrder([1, 2, 3], 3, async (item) => {
      if (item > 1) throw new Error(`no ${item}`);
      return item;
    }))
      seen.push(result);
  })();
  await expect(reading).rejects.toThrow('no 2');
  expect(seen).toEqual([1]);
});

it('takes nothing for nothing', async () => {
  expect(await collect(inOrder([], 3, async () => 1))).toEqual([]);
});
