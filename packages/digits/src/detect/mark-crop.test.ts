import { expect, test } from 'vitest';
import { blankPage, drawLine, fillBox } from '../../test/photographed-page.ts';
import { cropMark } from './mark-crop.ts';
import type { FoundMark } from './marks.ts';
import { negative, type Plane } from './plane.ts';

const mark = (left: number, top: number, width: number, height: number): FoundMark => ({
  kind: 1,
  x: left + width / 2,
  y: top + height / 2,
  width,
  height,
  score: 0.9,
  logits: new Float32Array(10),
});

/** Rows of what is ink in a crop, and its bounds. */
function boundsOf(pixels: Uint8Array) {
  const bounds = { left: 28, top: 28, right: 0, bottom: 0 };
  pixels.forEach((level, i) => {
    if (level < 128) return;
    bounds.left = Math.min(bounds.left, i % 28);
    bounds.right = Math.max(bounds.right, (i % 28) + 1);
    bounds.top = Math.min(bounds.top, Math.floor(i / 28));
    bounds.bottom = Math.max(bounds.bottom, Math.floor(i / 28) + 1);
  });
  return bounds;
}

const inkOf = (pixels: Uint8Array) => pixels.reduce((a, b) => a + b, 0) / 255;

/** An L of strokes 4 pixels wide at left, top. */
function drawL(page: Plane, left: number, top: number, level = 0.2): void {
  fillBox(page, [left, top, 4, 40], level);
  fillBox(page, [left, top + 36, 24, 4], level);
}

const alone = (() => {
  const page = blankPage(120, 100, 0.9);
  drawL(page, 40, 30);
  return page;
})();
const box = mark(40, 30, 24, 40);

test('a mark is 20 pixels long in its square, its ink full, its paper empty', () => {
  const crop = cropMark(alone, box);
  expect(crop).toHaveLength(784);
  const { left, top, right, bottom } = boundsOf(crop);
  expect(bottom - top).toBe(20);
  expect(right - left).toBe(12);
  expect(Math.max(...crop)).toBeGreaterThan(250);
  expect(crop[0]).toBe(0);
});

test('faint ink gives the same as dark ink', () => {
  const faint = blankPage(120, 100, 0.9);
  drawL(faint, 40, 30, 0.82);
  const [a, b] = [cropMark(alone, box), cropMark(faint, box)];
  a.forEach((level, i) => {
    expect(Math.abs(level - b[i]!)).toBeLessThan(12);
  });
});

test('a box that is a little too small loses no ink', () => {
  expect(boundsOf(cropMark(alone, mark(42, 33, 20, 34)))).toEqual(boundsOf(cropMark(alone, box)));
});

test('a neighbour beside it is omitted, one that touches is cut off', () => {
  const page = blankPage(160, 100, 0.9);
  drawL(page, 40, 30);
  drawL(page, 71, 30);
  expect(inkOf(cropMark(page, box))).toBeCloseTo(inkOf(cropMark(alone, box)), 0);
  const touching = blankPage(160, 100, 0.9);
  drawL(touching, 40, 30);
  fillBox(touching, [60, 66, 60, 4], 0.2);
  const { left, right, top, bottom } = boundsOf(cropMark(touching, box));
  expect((right - left) / (bottom - top)).toBeLessThan(0.75);
  const cut = boundsOf(cropMark(touching, box, [mark(64, 50, 56, 20)]));
  expect((cut.right - cut.left) / (cut.bottom - cut.top)).toBeCloseTo(0.6, 1);
});

test('a piece that reaches in from outside is omitted', () => {
  const page = blankPage(120, 100, 0.9);
  drawL(page, 40, 30);
  drawLine(page, [60, 0], [56, 34], 5, 0.2);
  expect(inkOf(cropMark(page, box))).toBeCloseTo(inkOf(cropMark(alone, box)), 0);
});

test('a mark at the edge of the plane, or beyond it, is cut out all the same', () => {
  const page = blankPage(60, 40, 0.9);
  drawL(page, 0, 0);
  expect(boundsOf(cropMark(page, mark(0, 0, 24, 40)))).toMatchObject({ top: expect.any(Number) });
  expect(inkOf(cropMark(page, mark(0, 0, 24, 40)))).toBeGreaterThan(40);
  expect(cropMark(page, mark(200, 200, 24, 40)).every((level) => level === 0)).toBe(true);
});

test('where there is no ink the crop is empty', () => {
  expect(inkOf(cropMark(blankPage(120, 100, 0.9), box))).toBe(0);
  expect(inkOf(cropMark(negative(alone), mark(90, 10, 10, 10)))).toBe(0);
});
