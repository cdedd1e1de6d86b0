import { pictureSide } from '../data/labelled-set.ts';
import { traceLines } from './line-graph.ts';
import { traceStep } from './template.ts';
import { thin } from './thin.ts';
import { resample, type Trace } from './trace.ts';

/** Thinned at this many pixels for one of the picture: thinning moves a line by up to half a pixel. */
const fine = 2;
const side = (pictureSide + 2) * fine;
/** MNIST's digits are 20 pixels high or wide: a height, the unit of templates. */
const digitSide = 20;
/** Ink above this level belongs to the digit. */
const inkAbove = 110;
/** A widest place of more than this many mean widths is a loop that ink has filled, whose line is lost. */
const filled = 1.8;
/** Each pass mixes a point with the mean of its two neighbours: enough to take the stairs of pixels off. */
const smoothings = 6;

/** The number of loops of each digit. If a writer left one open, its middle line does not show the digit. */
const loopsOf = [1, 0, 0, 0, 0, 0, 1, 0, 2, 1];

/**
 * The middle lines of a picture [784] of a digit as traces in heights, or none where they would not show which digit it
 * is, because ink has filled a loop.
 */
export function skeletonOf(pixels: Uint8Array, digit: number): Trace[] {
  if (countHoles(pixels) < loopsOf[digit]!) return [];
  const mask = enlargedMask(pixels);
  const area = countInk(mask);
  const widest = thin(mask, side);
  const line = countInk(mask);
  if (line === 0) return [];
  // Diagonal steps are longer than a pixel: on the average by an eighth.
  const width = area / (1.125 * line);
  if (widest > filled * width) return [];
  return traceLines(mask, side, { spur: 0.9 * width, crossing: 0.7 * width })
    .map((trace) => resample(smooth(trace), traceStep * digitSide * fine))
    .map((trace) => trace.map((place) => place / (fine * digitSide)));
}

function countInk(mask: Uint8Array): number {
  let count = 0;
  for (const ink of mask) count += ink;
  return count;
}

/** Enlarged with linear interpolation and a border of paper, 1 = ink. */
function enlargedMask(pixels: Uint8Array): Uint8Array {
  const mask = new Uint8Array(side * side);
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= pictureSide || y >= pictureSide ? 0 : pixels[y * pictureSide + x]!;
  for (let y = 1; y < side - 1; y++)
    for (let x = 1; x < side - 1; x++) {
      const [u, v] = [(x + 0.5) / fine - 1.5, (y + 0.5) / fine - 1.5];
      const [left, top] = [Math.floor(u), Math.floor(v)];
      const [fx, fy] = [u - left, v - top];
      const above = at(left, top) * (1 - fx) + at(left + 1, top) * fx;
      const below = at(left, top + 1) * (1 - fx) + at(left + 1, top + 1) * fx;
      if (above * (1 - fy) + below * fy > inkAbove) mask[y * side + x] = 1;
    }
  return mask;
}

/** The ends stay, unless the trace is a ring. */
function smooth(trace: Trace): Trace {
  const last = trace.length - 2;
  const ring = last > 4 && trace[0] === trace[last] && trace[1] === trace[last + 1];
  let from = trace;
  for (let pass = 0; pass < smoothings; pass++) {
    const to = from.slice();
    for (let i = 2; i < last; i++) to[i] = (from[i - 2]! + 2 * from[i]! + from[i + 2]!) / 4;
    if (ring)
      for (const axis of [0, 1])
        to[axis] = to[last + axis] = (from[last - 2 + axis]! + 2 * from[axis]! + from[2 + axis]!) / 4;
    from = to;
  }
  return from;
}

/** Parts of the paper that the ink (joined by sides or corners) cuts off from the rest. */
function countHoles(pixels: Uint8Array): number {
  const wide = pictureSide + 2;
  const open = new Uint8Array(wide * wide).fill(1);
  for (let y = 0; y < pictureSide; y++)
    for (let x = 0; x < pictureSide; x++)
      if (pixels[y * pictureSide + x]! > inkAbove) open[(y + 1) * wide + x + 1] = 0;
  let parts = 0;
  for (let start = 0; start < open.length; start++) {
    if (!open[start]) continue;
    parts++;
    const waiting = [start];
    open[start] = 0;
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop())
      for (const next of [i - 1, i + 1, i - wide, i + wide])
        if (open[next]) {
          open[next] = 0;
          waiting.push(next);
        }
  }
  return parts - 1;
}
