import type { Random } from '@inkwire/base';
import { between, chance, scaled } from './chance.ts';
import type { Coverage } from './ink.ts';
import type { Trace } from './trace.ts';

/** A pen apart from the size of what it writes. Lengths are in heights of a digit. */
export interface Nib {
  /** Of its line: ball-points have 0.04, markers 0.2. */
  readonly width: number;
  /** 0 = a round point; towards 1 a flat nib, whose line is narrow along `angle` (radians). */
  readonly flatness: number;
  readonly angle: number;
  /** The swell of the width along the line, as a share of it, and the swell's length. */
  readonly pressure: number;
  readonly swell: number;
  /** The share of its width that a line has lost at its end, 0…1. */
  readonly taper: number;
}

/** A pen for digits of one size; its lengths are in pixels. */
export interface Pen extends Nib {
  /** The phase of the swell at the beginning of a line, radians. */
  readonly phase: number;
}

/** A line thinner than this would fall between the pixels: a camera shows it pale, and no box could be drawn round it. */
const thinnest = 0.9;

/** Any pen: ball-points, felt pens, fountain pens, markers. */
export function drawNib(random: Random): Nib {
  return {
    width: chance(random, 0.75) ? scaled(random, 0.055, 0.125) : scaled(random, 0.04, 0.2),
    flatness: chance(random, 0.15) ? between(random, 0.2, 0.6) : 0,
    angle: between(random, -1.3, -0.3),
    pressure: between(random, 0, 0.15),
    swell: between(random, 0.3, 1),
    taper: chance(random, 0.25) ? between(random, 0, 0.5) : 0,
  };
}

/** The deviation of the logarithm of one pen's width from digit to digit. */
const widthSpread = 0.07;

/** A nib on a digit of a height (pixels), not wider than `widest` (heights). */
export function drawPen(random: Random, nib: Nib, height: number, widest: number): Pen {
  const width = nib.width * Math.exp(widthSpread * random.normal());
  return {
    ...nib,
    width: Math.max(thinnest, height * Math.min(width, widest)),
    swell: height * nib.swell,
    phase: between(random, 0, 2 * Math.PI),
  };
}

/**
 * Draws the way of a pen (pixels) on a canvas. A pixel's coverage is the width of line within it, across the line; where
 * lines cross, the larger one stays.
 */
export function drawTrace(canvas: Coverage, trace: Trace, pen: Pen): void {
  const points = trace.length / 2;
  if (points === 0) return;
  let [x, y] = [trace[0]!, trace[1]!];
  let [walked, radius] = [0, points > 1 ? radiusOf(pen, trace[2]! - x, trace[3]! - y, 0, 0) : pen.width / 2];
  if (points === 1) drawSpan(canvas, x, y, radius, x, y, radius);
  for (let k = 1; k < points; k++) {
    const [nextX, nextY] = [trace[2 * k]!, trace[2 * k + 1]!];
    const [dx, dy] = [nextX - x, nextY - y];
    walked += Math.sqrt(dx * dx + dy * dy);
    const nextRadius = radiusOf(pen, dx, dy, walked, k / (points - 1));
    drawSpan(canvas, x, y, radius, nextX, nextY, nextRadius);
    [x, y, radius] = [nextX, nextY, nextRadius];
  }
}

/** Half the width of the line in a direction, after a way, at a share of the whole. */
function radiusOf(pen: Pen, dx: number, dy: number, walked: number, share: number): number {
  let width = pen.width * (1 + pen.pressure * Math.sin((2 * Math.PI * walked) / pen.swell + pen.phase));
  width *= 1 - pen.taper * share;
  if (pen.flatness > 0) {
    const along = Math.cos(Math.atan2(dy, dx) - pen.angle);
    width *= 1 - pen.flatness * along * along;
  }
  return Math.max(thinnest, width) / 2;
}

/** A straight line with round ends, whose radius goes from one to the other. */
function drawSpan(
  { width, height, coverage }: Coverage,
  x0: number,
  y0: number,
  r0: number,
  x1: number,
  y1: number,
  r1: number,
): void {
  const reach = Math.max(r0, r1) + 0.5;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(width - 1, Math.floor(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(height - 1, Math.floor(Math.max(y0, y1) + reach));
  const [dx, dy, dr] = [x1 - x0, y1 - y0, r1 - r0];
  const inverse = 1 / Math.max(1e-9, dx * dx + dy * dy);
  const reachSquared = reach * reach;
  for (let y = top; y <= bottom; y++) {
    const py = y + 0.5 - y0;
    for (let x = left; x <= right; x++) {
      const px = x + 0.5 - x0;
      let along = (px * dx + py * dy) * inverse;
      along = along < 0 ? 0 : Math.min(along, 1);
      const [ax, ay] = [px - along * dx, py - along * dy];
      const squared = ax * ax + ay * ay;
      if (squared >= reachSquared) continue;
      const radius = r0 + along * dr;
      const covered = Math.min(1, 2 * radius, radius + 0.5 - Math.sqrt(squared));
      const at = y * width + x;
      if (covered > coverage[at]!) coverage[at] = covered;
    }
  }
}
