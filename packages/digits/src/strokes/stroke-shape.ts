import type { Edges } from '../prepare/boxes.ts';
import type { Stroke } from '../prepare/prepared.ts';
import { edgesOf, lengthOf } from '../prepare/strokes.ts';

/** A stroke as its neighbours see it, in the units of the strokes. */
export interface StrokeShape extends Edges {
  /** Its place in the order of writing. */
  readonly index: number;
  /** The length of its line. */
  readonly length: number;
  /** At most `samples` points along it, evenly apart. */
  readonly line: readonly (readonly [x: number, y: number])[];
}

/** Enough to follow the curves of a digit, and few enough to compare strokes of ten thousand points. */
const samples = 24;

/** Measures a stroke with at least one point. */
export function shapeOf(stroke: Stroke, index: number): StrokeShape {
  const length = lengthOf(stroke);
  return { ...edgesOf(stroke), index, length, line: sampled(stroke, length) };
}

function sampled(stroke: Stroke, length: number): [number, number][] {
  const [x0, y0] = stroke[0]!;
  const line: [number, number][] = [[x0, y0]];
  const step = length / (samples - 1);
  let walked = 0;
  for (let i = 1; i < stroke.length && step > 0; i++) {
    const [ax, ay] = stroke[i - 1]!;
    const [bx, by] = stroke[i]!;
    const piece = Math.hypot(bx - ax, by - ay);
    for (let at = line.length * step - walked; at <= piece && line.length < samples - 1; at += step)
      line.push([ax + ((bx - ax) * at) / piece, ay + ((by - ay) * at) / piece]);
    walked += piece;
  }
  const [x, y] = stroke.at(-1)!;
  if (length > 0) line.push([x, y]);
  return line;
}

/** The distance of two strokes where they are nearest; about 0 where they cross. */
export function distanceBetween(a: StrokeShape, b: StrokeShape): number {
  return Math.sqrt(Math.min(nearest(a.line, b.line), nearest(b.line, a.line)));
}

/** The least squared distance of a point of one line to a segment of another. */
function nearest(points: StrokeShape['line'], line: StrokeShape['line']): number {
  let least = Infinity;
  for (const [x, y] of points)
    for (let i = 0; i < line.length; i++) {
      const [ax, ay] = line[Math.max(0, i - 1)]!;
      const [dx, dy] = [line[i]![0] - ax, line[i]![1] - ay];
      const square = dx * dx + dy * dy;
      const t = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / square));
      least = Math.min(least, (ax + t * dx - x) ** 2 + (ay + t * dy - y) ** 2);
    }
  return least;
}
