/** Digits as many hands and pens write them: MNIST's as they are, MNIST's drawn anew, and styles that MNIST lacks. */
import type { Random } from '@inkwire/base';
import { digitBytes, type LabelledSet } from '../data/labelled-set.ts';
import { addStrokes } from './additions.ts';
import { weighted } from './chance.ts';
import { enlarge } from './enlarge.ts';
import { createHand, drawByHand, type GlyphHand } from './hand.ts';
import type { Coverage } from './ink.ts';
import { skeletonOf } from './skeleton.ts';
import { drawStyle, styles } from './styles.ts';
import type { Trace } from './trace.ts';

/** The ink of one digit: [height × width], tight to the ink above 0.3. */
export interface Glyph extends Coverage {
  readonly digit: number;
}

/** Draws digits, each time differently. The same random numbers give the same digits. */
export interface GlyphSource {
  /** Any digit whose ink is `height` pixels high, 10…60, to within a pixel, of that hand or of any. */
  draw(random: Random, height: number, hand?: GlyphHand): Glyph;
}

/** Shares of the digits that are drawn as MNIST has them, and along their middle line; the rest are constructed. */
export interface GlyphShares {
  readonly pictured: number;
  readonly redrawn: number;
}

/** For those who see MNIST's digits nowhere else. */
const usualShares: GlyphShares = { pictured: 0.25, redrawn: 0.4 };
/** So many pictures are redrawn, each in ever different ways: their middle lines fit into memory. */
const skeletonCount = 20_000;
/** The widest pen that leaves the loops of a picture open, heights. */
const widestPen = (digit: number) => (digit === 8 ? 0.13 : 0.17);

/** Of MNIST's training digits, or another set's. Throws a RangeError for an empty set. */
export function createGlyphs(
  digits: LabelledSet,
  { pictured, redrawn }: GlyphShares = usualShares,
): GlyphSource {
  if (digits.count === 0) throw new RangeError('Expected `digits` to hold a digit, got none');
  const skeletons = new Map<number, readonly Trace[]>();
  const pixelsOf = (index: number) => digits.images.subarray(index * digitBytes, (index + 1) * digitBytes);
  const skeletonAt = (index: number) => {
    let skeleton = skeletons.get(index);
    if (!skeleton) skeletons.set(index, (skeleton = skeletonOf(pixelsOf(index), digits.labels[index]!)));
    return skeleton;
  };

  const construct = (random: Random, height: number, hand: GlyphHand): Glyph => {
    const digit = digits.labels[random.below(digits.count)]!;
    return { digit, ...drawStyle(weighted(random, stylesOf[digit]!), random, height, hand) };
  };
  const picture = (random: Random, height: number, hand: GlyphHand): Glyph => {
    const index = random.below(digits.count);
    const ink = enlarge(pixelsOf(index), random, hand, height);
    return ink ? { digit: digits.labels[index]!, ...ink } : construct(random, height, hand);
  };
  const redraw = (random: Random, height: number, hand: GlyphHand): Glyph => {
    const index = random.below(Math.min(skeletonCount, digits.count));
    const digit = digits.labels[index]!;
    const skeleton = skeletonAt(index);
    if (skeleton.length === 0) return picture(random, height, hand);
    const traces = addStrokes(skeleton, digit, random);
    return { digit, ...drawByHand(traces, random, height, hand, widestPen(digit)) };
  };
  return {
    draw(random, height, hand = createHand(random)) {
      // A picture's line cannot be broken.
      const kind = hand.breaks ? pictured + (1 - pictured) * random.next() : random.next();
      const draw = kind < pictured ? picture : kind < pictured + redrawn ? redraw : construct;
      return draw(random, Math.round(height), hand);
    },
  };
}

const stylesOf = Array.from({ length: 10 }, (_, digit) => styles.filter((style) => style.digit === digit));
