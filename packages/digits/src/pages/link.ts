import type { Random } from '@inkwire/base';
import { between, chance } from './chance.ts';
import { type Coverage, inkLevel } from './ink.ts';
import { drawTrace, type Pen } from './pen.ts';
import type { Trace } from './trace.ts';

/** A figure on a page: its centre, and its turn in radians clockwise. */
export interface PlacedInk {
  readonly ink: Coverage;
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

/** A link is at most as long as this share of a digit's height. */
const longest = 0.7;
const points = 8;

/**
 * Draws the stroke of a pen that goes from one digit to the next without being lifted, from the right edge of the one, near
 * its top or its foot, to the left edge of the other. Draws nothing where they are far apart.
 */
export function drawLink(canvas: Coverage, from: PlacedInk, to: PlacedInk, random: Random, pen: Pen): void {
  const start = edgeOf(from, chance(random, 0.6) ? between(random, 0, 0.35) : between(random, 0.75, 1), 1);
  const end = edgeOf(to, between(random, 0, 0.7), -1);
  const sag = 0.12 * random.normal() * from.ink.height;
  if (!start || !end) return;
  const [dx, dy] = [end[0] - start[0], end[1] - start[1]];
  if (Math.hypot(dx, dy) > longest * from.ink.height) return;
  const trace: Trace = new Float32Array(2 * points);
  for (let k = 0; k < points; k++) {
    const share = k / (points - 1);
    trace[2 * k] = start[0] + share * dx;
    trace[2 * k + 1] = start[1] + share * dy + 4 * share * (1 - share) * sag;
  }
  drawTrace(canvas, trace, pen);
}

/** The place on the page of the outermost ink in the row at a share of the height: right for `side` 1, left for −1. */
function edgeOf({ ink, x, y, angle }: PlacedInk, share: number, side: 1 | -1): [number, number] | undefined {
  const row = Math.round(share * (ink.height - 1));
  const inRow = ink.coverage.subarray(row * ink.width, (row + 1) * ink.width);
  const column = side > 0 ? inRow.findLastIndex(isInk) : inRow.findIndex(isInk);
  if (column < 0) return undefined;
  const [dx, dy] = [column + 0.5 - ink.width / 2, row + 0.5 - ink.height / 2];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x + cos * dx - sin * dy, y + sin * dx + cos * dy];
}

const isInk = (level: number): boolean => level > inkLevel;
