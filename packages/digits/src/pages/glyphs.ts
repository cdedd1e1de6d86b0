/** Digits as many hands and pens write them: MNIST's as they are, MNIST's drawn anew, and styles that MNIST lacks. */
import type { Random } from '@inkwire/base';
import { digitBytes, type LabelledSet } from '../data/labelled-set.ts';
import { addStrokes } from './additions.ts';
import { breakTraces } from './breaks.ts';
import { oneOf, weighted } from './chance.ts';
import { drawTraces } from './draw-traces.ts';
import { enlarge } from './enlarge.ts';
import { createHand, type GlyphHand } from './hand.ts';
import type { Coverage } from './ink.ts';
import { drawPen } from './pen.ts';
import { skeletonOf } from './skeleton.ts';
import { type Style, styles, traceStyle } from './styles.ts';
import { extentOf, type Trace } from './trace.ts';
import { drawWarp, warpTrace } from './warp.ts';

/** What one digit looks like: [height × width], tight to the ink above 0.3. */
export interface Glyph extends Coverage {
  readonly digit: number;
}

/** Draws digits, each time differently. The same random numbers give the same digits. */
export interface GlyphSource {
  /** Any digit whose ink is `height` pixels high, 10…60, to within a pixel, of that hand or of any. */
  draw(random: Random, height: number, hand?: GlyphHand): Glyph;
}

/** A source that also shows its constructed styles one by one. */
export interface Glyphs extends GlyphSource {
  readonly styleNames: readonly string[];
  /** Throws a RangeError for a name that is not in `styleNames`. */
  drawStyle(name: string, random: Random, height: number, hand?: GlyphHand): Glyph;
}

/** Shares of the digits that are drawn as MNIST has them, and along their middle line; the rest are constructed. */
const pictured = 0.5;
const redrawn = 0.3;
/** So many pictures are redrawn, each in ever different ways: their middle lines fit into memory. */
const skeletonCount = 20_000;
/** The widest pen that leaves the loops of a picture open, heights. */
const widestPen = (digit: number) => (digit === 8 ? 0.13 : 0.17);

/** Of MNIST's training digits, or another set's. Throws a RangeError for an empty set. */
export function createGlyphs(digits: LabelledSet): Glyphs {
  if (digits.count === 0) throw new RangeError('Expected `digits` to hold a digit, got none');
  const skeletons = new Map<number, readonly Trace[]>();
  const pixelsOf = (index: number) => digits.images.subarray(index * digitBytes, (index + 1) * digitBytes);
  const skeletonAt = (index: number) => {
    let skeleton = skeletons.get(index);
    if (!skeleton) skeletons.set(index, (skeleton = skeletonOf(pixelsOf(index), digits.labels[index]!)));
    return skeleton;
  };

  const picture = (random: Random, height: number, hand: GlyphHand): Glyph => {
    const index = random.below(digits.count);
    const ink = enlarge(pixelsOf(index), random, hand, height);
    return ink ? { digit: digits.labels[index]!, ...ink } : picture(random, height, hand);
  };
  const redraw = (random: Random, height: number, hand: GlyphHand): Glyph => {
    const index = random.below(Math.min(skeletonCount, digits.count));
    const digit = digits.labels[index]!;
    const skeleton = skeletonAt(index);
    if (skeleton.length === 0) return picture(random, height, hand);
    const traces = addStrokes(skeleton, digit, random);
    return { digit, ...drawByHand(traces, random, height, hand, widestPen(digit)) };
  };
  const construct = (random: Random, height: number, hand: GlyphHand): Glyph => {
    const digit = digits.labels[random.below(digits.count)]!;
    return drawStyle(weighted(random, stylesOf[digit]!), random, height, hand);
  };

  return {
    draw(random, height, hand = createHand(random)) {
      // A picture's line cannot be broken.
      const kind = hand.breaks ? pictured + (1 - pictured) * random.next() : random.next();
      const draw = kind < pictured ? picture : kind < pictured + redrawn ? redraw : construct;
      return draw(random, Math.round(height), hand);
    },
    styleNames: [...new Set(styles.map(({ name }) => name))],
    drawStyle(name, random, height, hand = createHand(random)) {
      const named = styles.filter((style) => style.name === name);
      if (named.length === 0) throw new RangeError(`Expected \`name\` to be a style, got \`${name}\``);
      return drawStyle(oneOf(random, named), random, Math.round(height), hand);
    },
  };
}

const stylesOf = Array.from({ length: 10 }, (_, digit) => styles.filter((style) => style.digit === digit));

function drawStyle(style: Style, random: Random, height: number, hand: GlyphHand): Glyph {
  const traces = traceStyle(style, random);
  return { digit: style.digit, ...drawByHand(traces, random, height, hand, style.widestPen) };
}

/** Traces in heights, warped and drawn as a hand does. */
function drawByHand(
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
