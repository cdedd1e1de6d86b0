import { expect, test } from 'vitest';
import { type Attempt, type Direction, isBetter, isWeak, turnBack, turned } from './directions.ts';

const attempt = (scores: readonly number[], unread = 0, kind = 4): Attempt => ({
  marks: scores.map((score) => ({
    kind,
    x: 0,
    y: 0,
    width: 9,
    height: 20,
    score,
    logits: new Float32Array(10),
  })),
  unread,
});

test.each([
  ['nothing found', attempt([]), true],
  ['separators only', attempt([0.9, 0.9], 0, 12), true],
  ['doubtful digits', attempt([0.6, 0.75]), true],
  ['sure digits', attempt([0.9, 0.8]), false],
  ['sure digits among much that was not read', attempt([0.9, 0.8], 0.5), true],
])('%s: weak is %s', (_, found, weak) => {
  expect(isWeak(found)).toBe(weak);
});

test('another direction must be plainly better', () => {
  expect(isBetter(attempt([0.95, 0.95, 0.95]), attempt([0.6, 0.6, 0.6]))).toBe(true);
  expect(isBetter(attempt([0.7, 0.7, 0.7]), attempt([0.65, 0.65, 0.65]))).toBe(false);
  expect(isBetter(attempt([0.95, 0.95, 0.95], 0.8), attempt([0.6, 0.6, 0.6]))).toBe(false);
});

test('a single digit is never turned, nor are separators', () => {
  expect(isBetter(attempt([0.99]), attempt([0.4]))).toBe(false);
  expect(isBetter(attempt([0.99, 0.99], 0, 12), attempt([]))).toBe(false);
});

test.each([0, 90, 180, 270] as const)(
  'every pixel of a plane turned by %d° lies where it came from',
  (direction) => {
    const plane = { width: 3, height: 2, data: Float32Array.from([0, 1, 2, 3, 4, 5]) };
    const { width, height, data } = turned(plane, direction);
    expect([width, height]).toEqual(direction % 180 === 0 ? [3, 2] : [2, 3]);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [u, v] = turnBack([x + 0.5, y + 0.5], direction, 3, 2);
        expect(data[y * width + x]).toBe(plane.data[Math.floor(v) * 3 + Math.floor(u)]);
      }
  },
);

test('turning is clockwise', () => {
  const plane = { width: 3, height: 2, data: Float32Array.from([0, 1, 2, 3, 4, 5]) };
  const rows: Record<Direction, number[]> = {
    0: [0, 1, 2, 3, 4, 5],
    90: [3, 0, 4, 1, 5, 2],
    180: [5, 4, 3, 2, 1, 0],
    270: [2, 5, 1, 4, 0, 3],
  };
  for (const direction of [0, 90, 180, 270] as const)
    expect([...turned(plane, direction).data]).toEqual(rows[direction]);
});
