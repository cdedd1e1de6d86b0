import { expect, it } from 'vitest';
import { largestWeight, weightPixels } from './weight-pixels.ts';

const colours = { positive: [0, 0, 200], negative: [200, 0, 0], zero: [100, 100, 100] } as const;

it('paints for blue, against red and nothing as paper', () => {
  const pixels = weightPixels([2, -2, 0, 0.5], 2, colours);
  expect([...pixels.slice(0, 4)]).toEqual([0, 0, 200, 255]);
  expect([...pixels.slice(4, 8)]).toEqual([200, 0, 0, 255]);
  expect([...pixels.slice(8, 12)]).toEqual([100, 100, 100, 255]);
  expect([...pixels.slice(12, 16)]).toEqual([50, 50, 150, 255]);
});

it('measures all ten pictures with one scale', () => {
  expect(largestWeight([[0.1, -3], [2]])).toBe(3);
  expect(largestWeight([[0]])).toBeGreaterThan(0);
});
