import { describe, expect, it } from 'vitest';
import { distanceBetween, shapeOf } from './stroke-shape.ts';

describe('the shape of a stroke', () => {
  it('keeps the edges, the length and both ends of many points in a few', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => [i / 100, 5] as const);
    const shape = shapeOf(many, 3);
    expect(shape).toMatchObject({ index: 3, left: 0, right: 99.99, top: 5, bottom: 5 });
    expect(shape.length).toBeCloseTo(99.99);
    expect(shape.line.length).toBe(24);
    expect([shape.line[0], shape.line.at(-1)]).toEqual([
      [0, 5],
      [99.99, 5],
    ]);
  });

  it('samples a line evenly however its points lie', () => {
    const { line } = shapeOf(
      [
        [0, 0],
        [1, 0],
        [2, 0],
        [23, 0],
      ],
      0,
    );
    expect(line.map(([x]) => Math.round(1000 * x) / 1000)).toEqual([...Array(24).keys()]);
  });

  it('is one point for a tap', () => {
    expect(shapeOf([[4, 5]], 0)).toMatchObject({ length: 0, line: [[4, 5]] });
  });
});

it('the distance of strokes is 0 where they cross, and their gap where they do not', () => {
  const line = (x0: number, y0: number, x1: number, y1: number) =>
    shapeOf(
      [
        [x0, y0],
        [x1, y1],
      ],
      0,
    );
  expect(distanceBetween(line(0, 0, 0, 100), line(-50, 50, 50, 50))).toBeLessThan(2.3);
  expect(distanceBetween(line(0, 0, 0, 100), line(30, 0, 30, 100))).toBeCloseTo(30);
  expect(distanceBetween(line(0, 0, 0, 100), shapeOf([[7, 51]], 1))).toBeCloseTo(7);
});
