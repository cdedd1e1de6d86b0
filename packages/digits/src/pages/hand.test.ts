import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import { addStrokes } from './additions.ts';
import { breakTraces } from './breaks.ts';
import { createHand, drawByHand, type GlyphHand } from './hand.ts';
import { lengthOf } from './trace.ts';

const stem = Float32Array.of(0.3, 0, 0.3, 0.5, 0.3, 1);
const hand: GlyphHand = { ...createHand(createRandom(1)), lean: 0, aspect: 1, breaks: undefined };
const nib = { width: 0.1, flatness: 0, angle: 0, pressure: 0, swell: 1, taper: 0 };
const drawStem = (of: Partial<GlyphHand>, seed: number) =>
  drawByHand([stem], createRandom(seed), 40, { ...hand, nib, ...of }, 0.2);
const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b) / numbers.length;
const seeds = Array.from({ length: 40 }, (_, seed) => seed);

test('ink is as high as asked for, whatever the pen', () => {
  for (const width of [0.04, 0.1, 0.2])
    for (const seed of seeds) {
      const { height } = drawStem({ nib: { ...nib, width } }, seed);
      expect(Math.abs(height - 40)).toBeLessThanOrEqual(1);
    }
});

test('a pen of twice the width leaves twice the ink', () => {
  const ink = (width: number) =>
    mean(seeds.map((seed) => drawStem({ nib: { ...nib, width } }, seed).coverage.reduce((a, b) => a + b)));
  expect(ink(0.16) / ink(0.08)).toBeCloseTo(2, 0);
});

test('a hand that leans writes stems as wide as it leans', () => {
  const width = (lean: number) => mean(seeds.map((seed) => drawStem({ lean }, seed).width));
  expect(width(0.5) - width(0)).toBeGreaterThan(10);
});

test('hands differ, and the same random numbers give the same one', () => {
  expect(createHand(createRandom(5))).toEqual(createHand(createRandom(5)));
  const hands = seeds.map((seed) => createHand(createRandom(seed)));
  expect(new Set(hands.map(({ nib: { width } }) => width)).size).toBe(hands.length);
});

test('a broken line has dashes and gaps of the lengths asked for, the gaps longer by the width of the pen', () => {
  const breaks = { dash: [0.2, 0.2], gap: [0.05, 0.05] } as const;
  const pieces = breakTraces([stem], breaks, createRandom(1), 0.05);
  expect(pieces.map(lengthOf)).toEqual([0.2, 0.2, 0.2, 0.1].map((length) => expect.closeTo(length, 5)));
  expect(pieces[1]![1]! - pieces[0]!.at(-1)!).toBeCloseTo(0.1, 5);
});

test('a broken pen leaves less ink', () => {
  const ink = (of: Partial<GlyphHand>) => drawStem(of, 3).coverage.reduce((a, b) => a + b);
  expect(ink({ breaks: { dash: [0.1, 0.1], gap: [0.1, 0.1] } })).toBeLessThan(0.7 * ink({}));
});

test('0, 7 and a plain 1 sometimes get strokes more, other digits never', () => {
  const added = (digit: number, traces = [stem]) =>
    new Set(seeds.map((seed) => addStrokes(traces, digit, createRandom(seed)).length - traces.length));
  expect(added(0)).toEqual(new Set([0, 1]));
  expect(added(7)).toEqual(new Set([0, 1]));
  expect(added(1)).toEqual(new Set([0, 1, 2]));
  expect(added(1, [Float32Array.of(0, 0.4, 0.3, 0, 0.3, 1)])).toEqual(new Set([0]));
  expect(added(1, [stem, Float32Array.of(0, 1, 0.6, 1)])).toEqual(new Set([0]));
  for (const digit of [2, 3, 4, 5, 6, 8, 9]) expect(added(digit)).toEqual(new Set([0]));
});

test('the bar of a 7 crosses its stem', () => {
  const seven = [Float32Array.of(0, 0, 0.6, 0, 0.4, 0.5, 0.2, 1)];
  const bars = seeds.map((seed) => addStrokes(seven, 7, createRandom(seed))[1]).filter((bar) => bar);
  for (const bar of bars) {
    expect(bar![0]).toBeLessThan(0.4);
    expect(bar![2]).toBeGreaterThan(0.4);
  }
});
