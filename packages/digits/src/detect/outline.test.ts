import { expect, test } from 'vitest';
import type { Point } from './homography.ts';
import { areaOf, hullOf, largestQuad, reduceCorners, shrink, spansOf } from './outline.ts';

/** Labels of 40 × 30: 2 where it says so, and some 1 that does not count. */
function labels(isInside: (x: number, y: number) => boolean): Int32Array {
  return Int32Array.from({ length: 1200 }, (_, i) => {
    const [x, y] = [(i % 40) + 0.5, Math.floor(i / 40) + 0.5];
    return isInside(x, y) ? 2 : x > 38 ? 1 : 0;
  });
}
const box = (x: number, y: number) => x > 5 && x < 25 && y > 10 && y < 22;
const disc = (x: number, y: number) => Math.hypot(x - 18, y - 15) < 12;

test('the hull of a rectangle is its corners, its own pixels included, and of no other label', () => {
  const hull = hullOf(labels(box), 40, 2);
  expect(new Set(hull.map(String))).toEqual(new Set(['5,10', '25,10', '25,22', '5,22']));
  expect(areaOf(hull)).toBe(240);
});

test('a notch does not change a hull', () => {
  const notched = labels((x, y) => box(x, y) && !(x > 20 && y > 14 && y < 18));
  expect(areaOf(hullOf(notched, 40, 2))).toBe(240);
});

test('the largest quadrilateral fills a rectangle, not a disc', () => {
  const rectangle = hullOf(labels(box), 40, 2);
  expect(largestQuad(rectangle)).toEqual([
    [5, 10],
    [25, 10],
    [25, 22],
    [5, 22],
  ]);
  const round = hullOf(labels(disc), 40, 2);
  expect(areaOf(largestQuad(round)!) / areaOf(round)).toBeLessThan(0.75);
  expect(areaOf(reduceCorners(round, 6)) / areaOf(round)).toBeLessThan(0.9);
});

test('a polygon loses first the corners that matter least', () => {
  const polygon: Point[] = [
    [0, 0],
    [10, -1],
    [20, 0],
    [20, 20],
    [0, 20],
  ];
  expect(reduceCorners(polygon, 4)).toEqual([polygon[0], polygon[2], polygon[3], polygon[4]]);
  expect(
    largestQuad([
      [0, 0],
      [4, 0],
      [0, 4],
    ]),
  ).toBeUndefined();
});

test('a polygon shrinks towards its middle', () => {
  const square: Point[] = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ];
  shrink(square, 1).forEach(([x, y], i) => {
    expect(x).toBeCloseTo(square[i]![0] === 0 ? 1 : 9, 9);
    expect(y).toBeCloseTo(square[i]![1] === 0 ? 1 : 9, 9);
  });
});

test('spans cover the pixels whose centres are inside', () => {
  const { from, to } = spansOf(
    [
      [2.4, 1],
      [6.6, 1],
      [6.6, 3],
      [2.4, 3],
    ],
    5,
  );
  expect([...from]).toEqual([0, 2, 2, 0, 0]);
  expect([...to]).toEqual([0, 7, 7, 0, 0]);
});
