import { expect, it } from 'vitest';
import { darkness, worstMistakes } from './confusion.ts';

const confusion = [
  [90, 0, 4],
  [1, 99, 0],
  [4, 16, 80],
];

it('names the worst mistakes first, and never a right reading', () => {
  expect(worstMistakes(confusion, 3)).toEqual([
    { written: 2, read: 1, times: 16 },
    { written: 0, read: 2, times: 4 },
    { written: 2, read: 0, times: 4 },
  ]);
  expect(worstMistakes([[5]], 3)).toEqual([]);
});

it('makes the worst cell darkest and one mistake visible', () => {
  expect(darkness(confusion, 16)).toBe(1);
  expect(darkness(confusion, 1)).toBe(0.25);
  expect(darkness(confusion, 0)).toBe(0);
  expect(darkness([[5]], 0)).toBe(0);
});
