import { expect, it } from 'vitest';
import { matchBoxes, overlapShare } from './overlap.ts';

it('measures what two boxes share of what they cover together', () => {
  expect(overlapShare([0, 0, 10, 10], [0, 0, 10, 10])).toBe(1);
  expect(overlapShare([0, 0, 10, 10], [5, 0, 10, 10])).toBeCloseTo(1 / 3);
  expect(overlapShare([0, 0, 10, 10], [10, 0, 10, 10])).toBe(0);
  expect(overlapShare([0, 0, 10, 10], [20, 20, 10, 10])).toBe(0);
});

it('pairs each box once, the best overlap first, and none that shares less than half', () => {
  const labelled = [
    [0, 0, 10, 10],
    [20, 0, 10, 10],
    [40, 0, 10, 10],
  ] as const;
  const read = [
    [2, 0, 10, 10],
    [0, 0, 10, 10],
    [24, 0, 10, 10],
    [41, 0, 10, 10],
  ] as const;
  expect(matchBoxes(labelled, read)).toEqual([
    [0, 1],
    [2, 3],
  ]);
});

it('gives one read box to one labelled box only', () => {
  const labelled = [
    [0, 0, 10, 10],
    [3, 0, 10, 10],
  ] as const;
  expect(matchBoxes(labelled, [[1, 0, 10, 10]])).toEqual([[0, 0]]);
});
