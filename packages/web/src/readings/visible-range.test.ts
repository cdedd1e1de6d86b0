import { expect, it } from 'vitest';
import { visibleRange } from './visible-range.ts';

it('draws what is seen and a little more', () => {
  expect(visibleRange(1000, 50, 0, 500)).toEqual({ first: 0, last: 18 });
  expect(visibleRange(1000, 50, -25_000, 500)).toEqual({ first: 492, last: 518 });
});

it('stays within the list', () => {
  expect(visibleRange(5, 50, 100, 500)).toEqual({ first: 0, last: 5 });
  expect(visibleRange(1000, 50, -49_900, 500)).toEqual({ first: 990, last: 1000 });
  expect(visibleRange(0, 50, 0, 500)).toEqual({ first: 0, last: 0 });
});

it('draws nothing far away', () => {
  const { first, last } = visibleRange(1000, 50, 10_000, 500);
  expect(last - first).toBe(0);
});
