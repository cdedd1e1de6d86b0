/** Digits as many hands and pens write them: MNIST's as they are, MNIST's drawn anew, and styles that MNIST lacks. */
import type { Random } from '@inkwire/base';
import { digitBytes, type LabelledSet } from '../data/labelled-set.ts';
import { oneOf, weighted } from './chance.ts';
import { drawTraces } from './draw-traces.ts';
import { enlarge } from './enlarge.ts';
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
  /** Any digit whose ink is `height` pixels high, 10…60, to within a pixel. */
  draw(random: Random, height: number): Glyph;
}

/** A source that also shows its constructed styles one by one. */
export interface Glyphs extends GlyphSource {
  readonly styleNames: readonly string[];
  /** Throws a RangeError for a name that is not in `styleNames`. */
  drawStyle(name: string, random: Random, height: number): Glyph;
}

/** Shares of the digits that are drawn as MNIST has them, and along their middle line; the rest are constructed. */
const pictured = 0.5;
const redrawn = 0.33;

/** Of MNIST's training digits, or another set's. Throws a RangeError for an empty set. */
export function createGlyphs(digits: LabelledSet): Glyphs {
  if (digits.count === 0) throw new RangeError('Expected `digits` to hold a digit, got none');
  const skeletons = new Map<number, readonly Trace[]>();
  const pixelsOf = (index: number) => digits.images.subarray(index * digitBytes, (index + 1) * digitBytes);
  const skeletonAt = (index: number) => {
    let skeleton = skeletons.get(index);
    if (!skeleton) skeletons.set(index, (skeleton = skeletonOf(pixelsOf(index))));
    return skeleton;
  };
  const drawAny = (random: Random, height: number): Glyph => {
    const index = random.below(digits.count);
    const digit = digits.labels[index]!;
    const kind = random.next();
    if (kind >= pictured + redrawn) return drawStyle(weighted(random, stylesOf[digit]!), random, height);
    const skeleton = kind < pictured ? [] : skeletonAt(index);
    if (skeleton.length > 0) return { digit, ...redraw(skeleton, random, height, digit === 8 ? 0.13 : 0.17) };
    const picture = enlarge(pixelsOf(index), random, height);
    return picture ? { digit, ...picture } : drawAny(random, height);
  };
  return {
    draw: (random, height) => drawAny(random, Math.round(height)),
    styleNames: [...new Set(styles.map(({ name }) => name))],
    drawStyle(name, random, height) {
      const named = styles.filter((style) => style.name === name);
      if (named.length === 0) throw new RangeError(`Expected \`name\` to be a style, got \`${name}\``);
      return drawStyle(oneOf(random, named), random, Math.round(height));
    },
  };
}

const stylesOf = Array.from({ length: 10 }, (_, digit) => styles.filter((style) => style.digit === digit));

function drawStyle(style: Style, random: Random, height: number): Glyph {
  return { digit: style.digit, ...redraw(traceStyle(style, random), random, height, style.widestPen) };
}

/** Draws traces with a pen, warped as hands vary. */
function redraw(traces: readonly Trace[], random: Random, height: number, widest: number): Coverage {
  const { left, top, right, bottom } = extentOf(traces);
  const warp = drawWarp(random);
  const warped = traces.map((trace) => warpTrace(trace, warp, (left + right) / 2, (top + bottom) / 2));
  return drawTraces(warped, drawPen(random, height, widest), height);
}
