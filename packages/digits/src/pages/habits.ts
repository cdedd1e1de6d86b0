import type { Random } from '@inkwire/base';
import { between, chance, oneOf, scaled } from './chance.ts';
import { createHand, type GlyphHand } from './hand.ts';
import { separatorKinds } from './separators.ts';

/** The habits of the person who writes a page. */
export interface Habits {
  /** Of digits, pixels. */
  readonly height: number;
  /** Of the lines, radians clockwise. */
  readonly angle: number;
  /** Mean and deviation of the gaps between digits, in digit heights. */
  readonly gap: number;
  readonly gapSpread: number;
  /** Deviation of the logarithm of a digit's height. */
  readonly sizeSpread: number;
  /** Deviation of a digit's place above the base line, in digit heights. */
  readonly lift: number;
  /** The share of digits after which the pen is not lifted. */
  readonly links: number;
  /** The share of digits that a separator follows, and the usual separator. */
  readonly separators: number;
  readonly separator: string;
  /** Of separators, letters and crossings-out, and of digits unless several writers and pens are mixed. */
  readonly writer: GlyphHand;
  readonly mixed: boolean;
}

/** Any habits. */
export function drawHabits(random: Random): Habits {
  const height = scaled(random, 13, 43);
  return {
    height,
    angle: chance(random, 0.75) ? 0.045 * random.normal() : between(random, -0.36, 0.36),
    ...drawGaps(random),
    sizeSpread: chance(random, 0.1) ? between(random, 0.25, 0.4) : between(random, 0.02, 0.15),
    lift: between(random, 0, 0.09),
    separators: chance(random, 0.45) ? between(random, 0.1, 0.5) : 0,
    separator: oneOf(random, [...separatorKinds]),
    writer: createHand(random),
    mixed: chance(random, 0.2),
    links: chance(random, 0.12) ? between(random, 0.2, 0.9) : 0,
  };
}

/** Most hands leave gaps of all sizes; some write so close that nearly every digit touches the next. */
function drawGaps(random: Random): Pick<Habits, 'gap' | 'gapSpread'> {
  if (chance(random, 0.18))
    return { gap: between(random, -0.2, 0.02), gapSpread: between(random, 0.01, 0.06) };
  return { gap: 0.12 + 0.14 * random.normal(), gapSpread: between(random, 0.02, 0.16) };
}
