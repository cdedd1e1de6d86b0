import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import { between, nearlyNormal, scaled, weighted } from './chance.ts';

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

test('scaled numbers lie within their bounds, half of them below the geometric mean', () => {
  const random = createRandom(1);
  const numbers = draws(2000, () => scaled(random, 2, 32));
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...numbers)).toBeLessThan(32);
  expect(numbers.filter((n) => n < 8).length / 2000).toBeCloseTo(0.5, 1);
});

test('numbers between two bounds are uniform', () => {
  const random = createRandom(2);
  const numbers = draws(2000, () => between(random, -3, 1));
  expect(numbers.filter((n) => n < -1).length / 2000).toBeCloseTo(0.5, 1);
});

test('a choice with three times the weight is made three times as often', () => {
  const random = createRandom(3);
  const choices = [
    { name: 'frequent', weight: 3 },
    { name: 'rare', weight: 1 },
  ];
  const rare = draws(4000, () => weighted(random, choices)).filter(({ name }) => name === 'rare');
  expect(rare.length / 4000).toBeCloseTo(0.25, 1);
});

test('nearly normal numbers have mean 0, variance 1 and two thirds within one deviation', () => {
  const random = createRandom(4);
  const numbers = draws(20_000, () => nearlyNormal(random));
  const mean = numbers.reduce((a, b) => a + b) / numbers.length;
  expect(mean).toBeCloseTo(0, 1);
  expect(numbers.reduce((sum, n) => sum + (n - mean) ** 2, 0) / numbers.length).toBeCloseTo(1, 1);
  expect(numbers.filter((n) => Math.abs(n) < 1).length / numbers.length).toBeCloseTo(0.67, 1);
});
