import { expect, test } from 'vitest';
import { createCanvas, drawLine, stamp } from './ink.ts';

const block = { width: 4, height: 8, coverage: new Float32Array(32).fill(1) };

test('a stamp covers its place, and says where', () => {
  const canvas = createCanvas(20, 20);
  const { bounds, visible } = stamp(canvas, block, 10, 10, 0);
  expect(bounds).toEqual({ left: 8, top: 6, right: 12, bottom: 14 });
  expect(visible).toBe(1);
  expect(canvas.coverage.reduce((a, b) => a + b)).toBeCloseTo(32, 3);
});

test('a quarter turn swaps width and height', () => {
  const { bounds } = stamp(createCanvas(20, 20), block, 10, 10, Math.PI / 2);
  expect(bounds).toEqual({ left: 6, top: 8, right: 14, bottom: 12 });
});

test('a stamp may be enlarged about its centre', () => {
  const canvas = createCanvas(40, 40);
  expect(stamp(canvas, block, 20, 20, 0, 2).bounds).toEqual({ left: 16, top: 12, right: 24, bottom: 28 });
  expect(stamp(createCanvas(40, 40), block, 20, 20, Math.PI / 2, 0.5).bounds).toEqual({
    left: 18,
    top: 19,
    right: 22,
    bottom: 21,
  });
});

test('a stamp over the edge is cut, and says how much is visible', () => {
  const { bounds, visible } = stamp(createCanvas(20, 20), block, 0, 10, 0);
  expect(bounds).toEqual({ left: 0, top: 6, right: 2, bottom: 14 });
  expect(visible).toBeCloseTo(0.5, 3);
});

test('where ink is already, the darker stays', () => {
  const canvas = createCanvas(20, 20);
  canvas.coverage.fill(0.5);
  stamp(canvas, { ...block, coverage: new Float32Array(32).fill(0.2) }, 10, 10, 0);
  expect(canvas.coverage.every((level) => level === 0.5)).toBe(true);
});

test.each([
  [[2, 10], [18, 10], 3, 16 * 3],
  [[10, 2], [10, 18], 2, 16 * 2],
  [[3, 3], [16, 16], 2, 2 * Math.hypot(13, 13)],
] as const)('a line from %o to %o of thickness %d has about its area in ink', (from, to, thickness, area) => {
  const canvas = createCanvas(20, 20);
  drawLine(canvas, from, to, thickness);
  const ink = canvas.coverage.reduce((a, b) => a + b);
  expect(ink).toBeGreaterThan(area * 0.9);
  expect(ink).toBeLessThan(area * 1.25 + thickness * thickness);
});

test('a line outside the canvas leaves nothing', () => {
  const canvas = createCanvas(20, 20);
  drawLine(canvas, [-50, -10], [70, -10], 4);
  drawLine(canvas, [-5, -50], [-5, 70], 4);
  expect(canvas.coverage.every((level) => level === 0)).toBe(true);
});
