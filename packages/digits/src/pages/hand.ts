/** What the digits of one writer have in common. */
import type { Random } from '@inkwire/base';
import { type Breaks, drawBreaks } from './breaks.ts';
import { between, chance } from './chance.ts';
import { drawNib, type Nib } from './pen.ts';
import { drawLean, type Lean } from './warp.ts';

/** One writer with one pen. Digits differ a little from each other all the same. */
export interface GlyphHand extends Lean {
  readonly nib: Nib;
  /** How fast ink begins at the edge of a line: 3 is soft, 9 is sharp. */
  readonly sharpness: number;
  /** How the pen fails, if it does. */
  readonly breaks: Breaks | undefined;
}

/** Any hand. */
export function createHand(random: Random): GlyphHand {
  return {
    ...drawLean(random),
    nib: drawNib(random),
    sharpness: between(random, 3, 9),
    breaks: chance(random, 0.08) ? drawBreaks(random) : undefined,
  };
}
