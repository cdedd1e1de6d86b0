import { expect, test } from 'vitest';
import { createBackoff } from './backoff.ts';

test('waits grow by the factor up to the ceiling', () => {
  const wait = createBackoff({ initialMs: 10, maxMs: 50, factor: 2, random: () => 1 });
  expect([0, 1, 2, 3, 400].map(wait)).toEqual([10, 20, 40, 50, 50]);
});

test('jitter covers the whole span', () => {
  expect(createBackoff({ initialMs: 10, random: () => 0 })(3)).toBe(0);
  expect(createBackoff({ initialMs: 10, random: () => 0.5 })(0)).toBe(5);
});

test('options out of range are refused by name', () => {
  expect(() => createBackoff({ initialMs: 10, maxMs: 5 })).toThrow(
    'Expected `maxMs` to be a number ≥ 10, got `5`',
  );
  expect(() => createBackoff({ factor: 0.5 })).toThrow(RangeError);
});
