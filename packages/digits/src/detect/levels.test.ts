import { expect, test } from 'vitest';
import { halved, inputsOf, levelsOf } from './levels.ts';
import type { Plane } from './plane.ts';

const blank = (width: number, height: number, level = 0.9): Plane => ({
  width,
  height,
  data: new Float32Array(width * height).fill(level),
});
const sizes = (plane: Plane) =>
  levelsOf(plane).map(({ plane: { width, height }, scale }) => [width, height, scale]);

test('levels are halved until a digit as high as the plane is at most 40 pixels, the coarsest first', () => {
  expect(sizes(blank(300, 200))).toEqual([
    [38, 25, 8],
    [75, 50, 4],
    [150, 100, 2],
    [300, 200, 1],
  ]);
  expect(sizes(blank(300, 40))).toEqual([[300, 40, 1]]);
});

test('a low plane is doubled as well', () => {
  expect(sizes(blank(28, 28))).toEqual([
    [28, 28, 1],
    [56, 56, 0.5],
  ]);
});

test('in a narrow plane a digit cannot be high', () => {
  expect(sizes(blank(8, 1000))).toEqual([[8, 1000, 1]]);
});

test('halving takes the mean of four, and repeats an odd edge', () => {
  const plane = { width: 3, height: 3, data: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8]) };
  expect(halved(plane)).toEqual({ width: 2, height: 2, data: Float32Array.from([2, 3.5, 6.5, 8]) });
});

test('doubling keeps a ramp a ramp', () => {
  const ramp = { width: 8, height: 4, data: Float32Array.from({ length: 32 }, (_, i) => (i % 8) / 8) };
  const { plane } = levelsOf(ramp).find(({ scale }) => scale === 0.5)!;
  for (let x = 1; x < 15; x++) expect(plane.data[3 * 16 + x]).toBeCloseTo((x - 0.5) / 16, 5);
});

test('an input has sides that are multiples of 8, its halo, and an inner part around its region', () => {
  const plane = blank(301, 203);
  for (let y = 100; y < 130; y++) plane.data.fill(0.1, y * 301 + 150, y * 301 + 153);
  const [input, ...others] = inputsOf({ plane, scale: 2 });
  expect(others).toEqual([]);
  expect(input).toMatchObject({ scale: 2, left: 64, top: 32, width: 160, height: 176 });
  expect(input!.inner).toEqual({ left: 40, top: 40, right: 120, bottom: 152 });
  expect(input!.data[(115 - 32) * 160 + 151 - 64]).toBeGreaterThan(2);
});

test('what lies beyond the edge of the level is paper', () => {
  const plane = blank(30, 45, 0.5);
  for (let y = 10; y < 40; y++) plane.data.fill(0.1, y * 30 + 10, y * 30 + 13);
  const [input] = inputsOf({ plane, scale: 1 });
  expect([input!.width, input!.height]).toEqual([32, 48]);
  for (let y = 0; y < 48; y++) expect(input!.data[y * 32 + 31]).toBe(0);
  expect(input!.data.subarray(45 * 32).every((level) => level === 0)).toBe(true);
});
