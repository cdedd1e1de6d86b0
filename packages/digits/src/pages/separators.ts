/** Separators: what stands between digits and is read with them. */
import type { Random } from '@inkwire/base';
import { between, scaled } from './chance.ts';
import { drawScaled } from './draw-traces.ts';
import type { Coverage } from './ink.ts';
import { drawPen, type Nib } from './pen.ts';
import { extentOf, type Trace } from './trace.ts';

/** Ink that stands on a line of writing. */
export interface Figure extends Coverage {
  /** The height of its centre above the base line, in heights of a digit. */
  readonly up: number;
}

/** The separators, as in `markKinds`. */
export const separatorKinds = '.,-/:';

/** Deviation of every joint, in heights. */
const looseness = 0.012;

/**
 * Draws a separator among digits of a height, pixels. Throws a RangeError for a kind that is not in `separatorKinds`.
 */
export function drawSeparator(kind: string, random: Random, height: number, nib: Nib): Figure {
  const separator = separators.get(kind);
  if (!separator) throw new RangeError(`Expected \`kind\` to be one of ${separatorKinds}, got \`${kind}\``);
  return separator(random, height, nib);
}

const separators = new Map<string, (random: Random, height: number, nib: Nib) => Figure>([
  ['.', (random, height, nib) => drawDots(dot(random, between(random, -0.03, 0.1)), random, height, nib)],
  [',', drawComma],
  ['-', drawDash],
  ['/', drawSlash],
  [':', drawColon],
]);

/** Traces in heights with the origin on the base line; `widest` for pens that would make another sign of it. */
export function drawFigure(
  traces: readonly Trace[],
  random: Random,
  height: number,
  nib: Nib,
  widest = 0.2,
): Figure {
  const { top, bottom } = extentOf(traces);
  return { ...drawScaled(traces, drawPen(random, nib, height, widest), height), up: -(top + bottom) / 2 };
}

/** A touch of the pen, or a tiny circle or stroke of it. */
function dot(random: Random, up: number): Trace {
  const reach = () => 0.02 * random.normal();
  return Float32Array.of(0, -up, reach(), reach() - up);
}

/** Dots are at least as wide as the pen's line, and large enough to be seen. */
function drawDots(first: Trace, random: Random, height: number, nib: Nib, second?: Trace): Figure {
  const width = Math.max(nib.width * between(random, 1, 1.5), scaled(random, 0.06, 0.13), 1.8 / height);
  const traces = second ? [first, second] : [first];
  return drawFigure(traces, random, height, { ...nib, width, taper: 0 });
}

function drawColon(random: Random, height: number, nib: Nib): Figure {
  const low = between(random, 0.02, 0.25);
  const apart = Math.max(between(random, 0.3, 0.55), 3.5 / height);
  const upper = dot(random, low + apart).map((place, axis) => (axis % 2 === 0 ? place + looseness : place));
  return drawDots(dot(random, low), random, height, nib, upper);
}

/** From the base line down, hooked to the left. */
function drawComma(random: Random, height: number, nib: Nib): Figure {
  const length = Math.max(between(random, 0.16, 0.36), 4 / height);
  const top = -between(random, 0.02, 0.12);
  const [bulge, hook] = [between(random, 0, 0.1), between(random, 0.04, 0.16)];
  const trace = Float32Array.of(
    0,
    top,
    bulge,
    top + 0.3 * length,
    bulge * 0.7,
    top + 0.6 * length,
    -hook,
    top + length,
  );
  return drawFigure([trace], random, height, nib, 0.45 * length);
}

function drawDash(random: Random, height: number, nib: Nib): Figure {
  const length = Math.max(between(random, 0.2, 0.75), 3 * nib.width, 5 / height);
  const up = between(random, 0.3, 0.6);
  const [rise, bend] = [0.08 * length * random.normal(), 0.05 * length * random.normal()];
  const trace = Float32Array.of(0, -up, length / 2, -up + bend - rise / 2, length, -up - rise);
  return drawFigure([trace], random, height, nib);
}

function drawSlash(random: Random, height: number, nib: Nib): Figure {
  const tall = between(random, 1.15, 1.8);
  const across = tall * between(random, 0.18, 0.7);
  const low = between(random, 0.4, 0.55) - tall / 2;
  const bend = 0.03 * random.normal();
  const trace = Float32Array.of(across, -low - tall, across / 2 + bend, -low - tall / 2, 0, -low);
  return drawFigure([trace], random, height, nib);
}
