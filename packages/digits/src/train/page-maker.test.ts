import { expect, test } from 'vitest';
import { inventDigits } from '../../test/made-up-digits.ts';
import { PageBatches } from './page-batches.ts';
import { PageMaker, randomOfPage } from './page-maker.ts';

const digits = inventDigits(20);
const stream = { seed: 7, batch: 2, size: { width: 64, height: 32 } };

test('a page follows from the seed and its number, whatever was made before', () => {
  const maker = new PageMaker(digits, stream);
  const batch = maker.batch(3);
  expect(new PageMaker(digits, stream).page(7).plane).toEqual(batch.plane.subarray(64 * 32));
  expect(maker.page(6).plane).toEqual(batch.plane.subarray(0, 64 * 32));
  const plane = (seed: number) => new PageMaker(digits, { ...stream, seed }).page(7).plane;
  expect(plane(8)).not.toEqual(plane(7));
});

test('a batch holds the targets of each of its pages', () => {
  const maker = new PageMaker(digits, stream);
  const [batch, cells] = [maker.batch(0), 16 * 8];
  expect([batch.heat, batch.box, batch.at, batch.writing].map(({ length }) => length / (2 * cells))).toEqual([
    15, 4, 1, 2,
  ]);
  for (const i of [0, 1]) {
    const { marks } = maker.page(i);
    const at = batch.at.subarray(i * cells, (i + 1) * cells);
    const places = new Set(marks.map(({ x, y }) => Math.floor(y / 4) * 16 + Math.floor(x / 4)));
    expect([...at.keys()].filter((cell) => at[cell] === 1)).toEqual([...places].toSorted((a, b) => a - b));
  }
});

test('pages of neighbouring numbers and seeds have nothing in common', () => {
  const first = [
    [1, 0],
    [1, 1],
    [2, 0],
    [2, 1],
  ].map(([seed, page]) => randomOfPage(seed!, page!).next());
  expect(new Set(first).size).toBe(4);
});

test('without workers, batches are made in this thread from the first on', async () => {
  await using batches = new PageBatches({ digits, stream, first: 2, workers: 0 });
  const maker = new PageMaker(digits, stream);
  expect(await batches.next()).toEqual(maker.batch(2));
  expect(batches.position).toBe(3);
  expect(await batches.next()).toEqual(maker.batch(3));
  await batches.close();
  await expect(batches.next()).rejects.toMatchObject({ code: 'BASE_CLOSED' });
});
