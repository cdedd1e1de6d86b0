import { expect, test } from 'vitest';
import type { Mark } from '../pages/mark.ts';

import { PageCounter } from './page-score.ts';

const [columns, rows] = [16, 8];
const cells = columns * rows;
const mark = (kind: number, x: number, y: number): Mark => ({ kind, x, y, width: 12, height: 20 });

/** Maps with peaks of these kinds and logits at these cells. */
function mapsOf(...peaks: readonly (readonly [kind: number, column: number, row: number, logit: number])[]) {
  const heat = new Float32Array(15 * cells).fill(-9);
  for (const [kind, column, row, logit] of peaks) heat[kind * cells + row * columns + column] = logit;
  const [box, writing] = [new Float32Array(4 * cells), new Float32Array(2 * cells)];
  for (let cell = 0; cell < cells; cell++) box[cell] = box[cells + cell] = 0.5;
  return { columns, rows, heat, box, writing };
}

test('digits count where a peak of theirs lies in their box, and separators do not count', () => {
  const counter = new PageCounter();
  const marks = [mark(3, 10, 16), mark(7, 30, 16), mark(1, 50, 16), mark(10, 58, 20)];
  counter.add(mapsOf([3, 2, 4, 2], [4, 7, 4, 1], [10, 14, 5, 3], [9, 15, 0, 2]), marks);
  expect(counter).toMatchObject({ digits: 3, found: 3, correct: 1 });
  expect(counter.confusion[7]![4]).toBe(1);
  expect(counter.accuracy).toBeCloseTo(2 / 6);
});

test('a digit is found once, by its highest peak; weak cells and slopes are no peaks', () => {
  const counter = new PageCounter();
  const maps = mapsOf([5, 2, 3, 1], [6, 2, 5, 2], [5, 9, 4, 2], [5, 10, 4, 1.9], [2, 13, 4, -0.9]);
  counter.add(maps, [mark(6, 10, 16), mark(5, 38, 18), mark(2, 54, 18)]);
  expect(counter).toMatchObject({ digits: 3, found: 3, correct: 2 });
});

test('pages without digits have no accuracy', () => {
  const counter = new PageCounter();
  counter.add(mapsOf(), []);
  expect(counter.accuracy).toBe(0);
});
