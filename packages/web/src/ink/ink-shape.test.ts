import { describe, expect, it } from 'vitest';
import { capsulesOf, radiiOf, traceCapsule } from './ink-shape.ts';
import { boundsOf, type InkPoint, type Stroke, toSent } from './stroke.ts';

const point = (x: number, y: number, time = 0, pressure?: number): InkPoint => ({ x, y, time, pressure });
const stroke = (...points: InkPoint[]): Stroke => ({ points, width: 10 });

describe('the shape of a stroke', () => {
  it('is nothing without points, and a dot for a tap', () => {
    expect(capsulesOf(stroke())).toEqual([]);
    const [dot, ...rest] = capsulesOf(stroke(point(5, 6)));
    expect(rest).toEqual([]);
    expect(dot).toMatchObject({ x0: 5, y0: 6, x1: 5, y1: 6 });
    expect(dot!.r0).toBeGreaterThan(4);
  });

  it('begins and ends where the pen did, and is joined without gaps', () => {
    const capsules = capsulesOf(
      stroke(point(0, 0, 0), point(40, 10, 16), point(60, 50, 32), point(20, 90, 48)),
    );
    expect(capsules[0]).toMatchObject({ x0: 0, y0: 0 });
    expect(capsules.at(-1)).toMatchObject({ x1: 20, y1: 90 });
    for (let index = 1; index < capsules.length; index++) {
      expect([capsules[index]!.x0, capsules[index]!.y0]).toEqual([
        capsules[index - 1]!.x1,
        capsules[index - 1]!.y1,
      ]);
    }
  });

  it('rounds the corner that the points make', () => {
    const capsules = capsulesOf(stroke(point(0, 0, 0), point(100, 0, 50), point(100, 100, 100)));
    const nearest = Math.min(...capsules.map(({ x1, y1 }) => Math.hypot(x1 - 100, y1)));
    expect(nearest).toBeGreaterThan(10);
  });

  it('does not move ink that is already down', () => {
    const points = Array.from({ length: 30 }, (_, index) =>
      point(index * 7, Math.sin(index) * 20, index * 8),
    );
    const early = radiiOf(stroke(...points.slice(0, 20)));
    expect(radiiOf(stroke(...points)).slice(0, 20)).toEqual(early);
  });
});

describe('the width of the line', () => {
  const line = (stepMs: number, pressure?: number) =>
    radiiOf(
      stroke(...Array.from({ length: 20 }, (_, index) => point(index * 10, 0, index * stepMs, pressure))),
    ).at(-1)!;

  it('grows with pressure', () => {
    expect(line(10, 0.9)).toBeGreaterThan(line(10, 0.2) * 1.5);
  });
  it('shrinks with speed where there is no pressure, and never vanishes', () => {
    expect(line(40)).toBeGreaterThan(line(4) * 1.3);
    expect(line(0)).toBeGreaterThan(2);
  });
});

describe('a capsule', () => {
  it('touches both circles at the tangent points', () => {
    const calls: [string, number[]][] = [];
    const record =
      (name: string) =>
      (...numbers: unknown[]) =>
        void calls.push([name, numbers as number[]]);
    traceCapsule(
      { moveTo: record('moveTo'), arc: record('arc'), closePath: record('closePath') },
      { x0: 0, y0: 0, r0: 2, x1: 10, y1: 0, r1: 2 },
    );
    expect(calls.map(([name]) => name)).toEqual(['moveTo', 'arc', 'arc', 'closePath']);
    expect(calls[0]![1][0]).toBeCloseTo(0);
    expect(calls[0]![1][1]).toBeCloseTo(2);
    expect(calls[1]![1][4]! - calls[1]![1][3]!).toBeCloseTo(Math.PI);
  });
  it('is the larger circle when one lies within the other', () => {
    const circles: number[][] = [];
    traceCapsule(
      { moveTo: () => {}, arc: (...numbers) => void circles.push(numbers as number[]), closePath: () => {} },
      { x0: 0, y0: 0, r0: 5, x1: 1, y1: 0, r1: 1 },
    );
    expect(circles).toEqual([[0, 0, 5, 0, 2 * Math.PI]]);
  });
});

describe('strokes', () => {
  it('know their bounds', () => {
    expect(boundsOf([])).toBeUndefined();
    expect(boundsOf([stroke(point(3, 9), point(-1, 4)), stroke(point(7, 5))])).toEqual({
      left: -1,
      top: 4,
      right: 7,
      bottom: 9,
    });
  });
  it('are sent to a tenth of a unit, with pressure only where a pen felt it', () => {
    expect(toSent([stroke(point(1.234, 5.678), point(2, 3, 0, 0.51234))])).toEqual([
      [
        [1.2, 5.7],
        [2, 3, 0.512],
      ],
    ]);
  });
});
