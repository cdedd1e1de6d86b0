import type { Random } from '@inkwire/base';
import { type Breaks, breakTraces, drawBreaks } from './breaks.ts';
import { between, chance } from './chance.ts';
import { drawTraces } from './draw-traces.ts';
import type { Coverage } from './ink.ts';
import { drawNib, drawPen, type Nib } from './pen.ts';
import { extentOf, type Trace } from './trace.ts';
import { drawLean, drawWarp, type Lean, warpTrace } from './warp.ts';

/** One writer with one pen. Digits differ a little from each other all the same. */
export interface GlyphHand extends Lean {
  readonly nib: Nib;
  /** The slope of ink at the edge of a line: 3 is soft, 9 is sharp. */
  readonly sharpness: number;
  /** The gaps of a pen that fails; undefined for one that does not. */
  readonly breaks: Breaks | undefined;
}

/** Any hand. */
export function createHand(random: Random): GlyphHand {
  return {
    ...drawLean(random),
    nib: drawNib(random),
    sharpness: between(random, 3, 9),
    breaks: chance(random, 0.11) ? drawBreaks(random) : undefined,
  };
}

/**
 * Traces in heights as a hand draws them, their ink `height` pixels high and tight; the pen is not wider than `widest`, in
 * heights.
 */
export function drawByHand(
  traces: readonly Trace[],
  random: Random,
  height: number,
  hand: GlyphHand,
  widest: number,
): Coverage {
  const { left, top, right, bottom } = extentOf(traces);
  const warp = drawWarp(random, hand);
  const warped = traces.map((trace) => warpTrace(trace, warp, (left + right) / 2, (top + bottom) / 2));
  const pen = drawPen(random, hand.nib, height, widest);
  const broken = hand.breaks ? breakTraces(warped, hand.breaks, random, pen.width / height) : warped;
  return drawTraces(broken, pen, height);
}
