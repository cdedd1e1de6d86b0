import { expect, test } from 'vitest';
import { extentOf, lengthOf, resample, sliceTrace } from './trace.ts';

const corner = Float32Array.of(0, 0, 3, 0, 3, 4);

test('the length of a way is that of its parts', () => {
  expect(lengthOf(corner)).toBe(7);
  expect(lengthOf(Float32Array.of(5, 5))).toBe(0);
});

test('resampled points lie at equal distances on the way, its ends included', () => {
  expect([...resample(corner, 1)]).toEqual([0, 0, 1, 0, 2, 0, 3, 0, 3, 1, 3, 2, 3, 3, 3, 4]);
});

test('a slice begins and ends at the given lengths and keeps the corner between them', () => {
  expect([...sliceTrace(corner, 1, 5)]).toEqual([1, 0, 3, 0, 3, 2]);
  expect([...sliceTrace(corner, 4, 100)]).toEqual([3, 1, 3, 4]);
});

test('an extent takes in all traces, and is inside out without any', () => {
  expect(extentOf([corner, Float32Array.of(-1, 2)])).toEqual({ left: -1, top: 0, right: 3, bottom: 4 });
  expect(extentOf([]).left).toBeGreaterThan(extentOf([]).right);
});
