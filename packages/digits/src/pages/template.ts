/**
 * The notation in which constructed figures are written, in hundredths of a digit's height, x to the right, y downwards:
 *
 *   5,5 60,4! 25,100 ; 12,52 52,48     two strokes: a pen goes through the joints in smooth curves,
 *                                      and turns sharply at a joint with `!`
 *   o 30,0 5,50 30,100 55,50           a closed curve
 *   0~25,45~60 40,0! 40,100            a joint lies anywhere between two bounds
 */
import type { Random } from '@inkwire/base';
import { between } from './chance.ts';
import { resample, type Trace } from './trace.ts';

interface Joint {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly sharp: boolean;
}

interface Stroke {
  readonly closed: boolean;
  readonly joints: readonly Joint[];
}

/** A figure of one or more strokes. */
export type Template = readonly Stroke[];

/** Distance of a trace's points, in heights: fine enough that no corner is seen in a curve of 60 pixels. */
export const traceStep = 0.05;

/** Throws a SyntaxError for anything else than the notation. */
export function parseTemplate(text: string): Template {
  return text.split(';').map((stroke) => {
    const words = stroke.trim().split(/\s+/);
    const closed = words[0] === 'o';
    const joints = words.slice(closed ? 1 : 0).map(parseJoint);
    if (closed && joints.length < 3)
      throw new SyntaxError(`Expected a closed curve to have three joints, got \`${stroke}\``);
    return { closed, joints };
  });
}

function parseJoint(text: string): Joint {
  const match = /^(-?\d+)(?:~(-?\d+))?,(-?\d+)(?:~(-?\d+))?(!?)$/.exec(text);
  if (!match) throw new SyntaxError(`Expected a joint such as \`5~10,20!\`, got \`${text}\``);
  const [, x, otherX = x, y, otherY = y, sharp] = match;
  return {
    x: [Number(x) / 100, Number(otherX) / 100],
    y: [Number(y) / 100, Number(otherY) / 100],
    sharp: sharp === '!',
  };
}

/**
 * One way of drawing a figure, in heights: every joint somewhere within its bounds, and off by a normal of deviation
 * `looseness`.
 */
export function traceTemplate(template: Template, random: Random, looseness: number): Trace[] {
  return template.map(({ closed, joints }) => {
    const points = joints.map(({ x, y, sharp }) => ({
      x: between(random, ...x) + looseness * random.normal(),
      y: between(random, ...y) + looseness * random.normal(),
      sharp,
    }));
    return closed ? closedCurve(points, random, looseness) : resample(curveThrough(points), traceStep);
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly sharp: boolean;
}

const spansBetween = 5;

/** A Catmull–Rom spline through the points. */
function curveThrough(points: readonly Point[]): Trace {
  const [first] = points;
  const path = [first!.x, first!.y];
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!];
    const before = (!from.sharp && points[i - 2]) || from;
    const after = (!to.sharp && points[i + 1]) || to;
    for (let k = 1; k <= spansBetween; k++) {
      const t = k / spansBetween;
      path.push(
        catmullRom(before.x, from.x, to.x, after.x, t),
        catmullRom(before.y, from.y, to.y, after.y, t),
      );
    }
  }
  return Float32Array.from(path);
}

/** The end of a hand's loop misses its beginning a little, or runs past it. */
function closedCurve(points: readonly Point[], random: Random, looseness: number): Trace {
  const around = [points.at(-1)!, ...points, points[0]!, points[1]!];
  const whole = curveThrough(around);
  const skipped = 2 * spansBetween;
  const loop = resample(whole.subarray(skipped, whole.length - skipped), traceStep);
  const last = loop.length / 2 - 1;
  const [driftX, driftY] = [looseness * random.normal(), looseness * random.normal()];
  const overrun = random.below(4);
  const trace = new Float32Array(loop.length + 2 * overrun);
  for (let k = 0; k < trace.length / 2; k++) {
    const from = 2 * (k > last ? k - last : k);
    trace[2 * k] = loop[from]! + (driftX * k) / last;
    trace[2 * k + 1] = loop[from + 1]! + (driftY * k) / last;
  }
  return trace;
}

function catmullRom(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}
