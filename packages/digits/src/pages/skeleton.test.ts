import { expect, test } from 'vitest';
import { skeletonOf } from './skeleton.ts';
import { thin } from './thin.ts';
import { extentOf } from './trace.ts';

/** A picture [784] of ink where a test on x and y says so. */
const pictureOf = (inked: (x: number, y: number) => boolean) =>
  Uint8Array.from({ length: 784 }, (_, p) => (inked(p % 28, Math.floor(p / 28)) ? 255 : 0));
const distance = (x: number, y: number) => Math.hypot(x - 13.5, y - 13.5);

const ring = pictureOf((x, y) => Math.abs(distance(x, y) - 8) < 1.5);
const bar = pictureOf((x, y) => Math.abs(x - 14) < 2 && y >= 4 && y < 24);

test('a bar is one straight line along its middle', () => {
  const traces = skeletonOf(bar, 1);
  expect(traces).toHaveLength(1);
  const { left, right, top, bottom } = extentOf(traces);
  expect(right - left).toBeLessThan(0.1);
  expect(bottom - top).toBeGreaterThan(0.8);
});

test('a ring is one line that ends where it begins, as wide as the middle of its ink', () => {
  const traces = skeletonOf(ring, 0);
  expect(traces).toHaveLength(1);
  const [trace] = traces;
  expect(Math.hypot(trace![0]! - trace!.at(-2)!, trace![1]! - trace!.at(-1)!)).toBeLessThan(0.06);
  const { left, right } = extentOf(traces);
  expect(right - left).toBeGreaterThan(0.72);
  expect(right - left).toBeLessThan(0.82);
});

test('a digit without its loops is not traced', () => {
  expect(skeletonOf(bar, 0)).toEqual([]);
  expect(skeletonOf(ring, 8)).toEqual([]);
  expect(
    skeletonOf(
      pictureOf((x, y) => distance(x, y) < 8),
      3,
    ),
  ).toEqual([]);
});

test('a picture without ink has no lines', () => {
  expect(skeletonOf(new Uint8Array(784), 1)).toEqual([]);
});

test('thinning leaves a line of one pixel, and tells how wide the mask was', () => {
  const width = 20;
  const mask = Uint8Array.from({ length: width * 12 }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Number(x > 2 && x < 17 && y > 2 && y < 8);
  });
  const passes = thin(mask, width);
  for (let x = 6; x < 14; x++) {
    const column = Array.from({ length: 12 }, (_, y) => mask[y * width + x]!);
    expect(column.reduce((a, b) => a + b)).toBe(1);
  }
  expect(passes).toBeGreaterThanOrEqual(4);
  expect(passes).toBeLessThanOrEqual(6);
});
