import { expect, test } from 'vitest';
import { createRandom } from './random.ts';

const take = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

test('the same seed gives the same numbers, another seed others', () => {
  expect(take(5, createRandom(1).next)).toEqual(take(5, createRandom(1).next));
  expect(take(5, createRandom(1).next)).not.toEqual(take(5, createRandom(2).next));
});

test('the numbers of seed 42 are these, on every machine', () => {
  const random = createRandom(42);
  expect(take(4, () => random.below(1_000_000))).toMatchInlineSnapshot(`
    [
      353529,
      63250,
      479946,
      341346,
    ]
  `);
});

test('a state continues exactly where it was taken', () => {
  const random = createRandom(3);
  take(10, random.next);
  const again = createRandom(random.state());
  expect(take(5, again.normal)).toEqual(take(5, random.normal));
});

test('uniform and normal numbers have the moments they should', () => {
  const random = createRandom(4);
  const uniform = take(20_000, random.next);
  const normal = take(20_000, random.normal);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(uniform.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(mean(uniform)).toBeCloseTo(0.5, 1);
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
});

test('a permutation holds every index once', () => {
  const order = createRandom(5).permutation(1_000);
  expect([...order].sort((a, b) => a - b)).toEqual(
    take(
      1_000,
      (
        (i) => () =>
          i++
      )(0),
    ),
  );
  expect([...order.slice(0, 5)]).not.toEqual([0, 1, 2, 3, 4]);
});

test('a seed is a non-negative integer', () => {
  expect(() => createRandom(-1)).toThrow(RangeError);
});
