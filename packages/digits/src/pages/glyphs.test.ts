import { createRandom } from '@inkwire/base';
import { expect, test } from 'vitest';
import type { LabelledSet } from '../data/labelled-set.ts';
import { createGlyphs } from './glyphs.ts';
import { createHand } from './hand.ts';
import { type Coverage, inkLevel } from './ink.ts';
import { drawStyle, styles } from './styles.ts';

/** A ring, a bar and a picture without ink. */
const pictures: readonly [number, (x: number, y: number) => boolean][] = [
  [0, (x, y) => Math.abs(Math.hypot(x - 13.5, y - 13.5) - 8) < 1.6],
  [1, (x, y) => Math.abs(x - 14) < 2 && y >= 4 && y < 24],
  [7, () => false],
];
const digits: LabelledSet = {
  name: 'shapes',
  count: pictures.length,
  labels: Uint8Array.from(pictures, ([digit]) => digit),
  images: Uint8Array.from(
    pictures.flatMap(([, inked]) =>
      Array.from({ length: 784 }, (_, p) => (inked(p % 28, Math.floor(p / 28)) ? 255 : 0)),
    ),
  ),
};
const glyphs = createGlyphs(digits);

/** True when there is ink in the first and last row and column. */
function isTight({ width, height, coverage }: Coverage): boolean {
  const row = (y: number) => coverage.subarray(y * width, (y + 1) * width).some((level) => level > inkLevel);
  const column = (x: number) =>
    Array.from({ length: height }, (_, y) => coverage[y * width + x]!).some((level) => level > inkLevel);
  return row(0) && row(height - 1) && column(0) && column(width - 1);
}

test('the same seed gives the same digit, another seed another', () => {
  expect(glyphs.draw(createRandom(3), 20)).toEqual(glyphs.draw(createRandom(3), 20));
  expect(glyphs.draw(createRandom(3), 20)).not.toEqual(glyphs.draw(createRandom(4), 20));
});

test('3,000 digits are tight, as high as asked for to a pixel, and of nothing but coverage', () => {
  const random = createRandom(1);
  const drawn = new Set<number>();
  const wrong: string[] = [];
  for (let k = 0; k < 3000; k++) {
    const height = 10 + (k % 25);
    const glyph = glyphs.draw(random, height);
    drawn.add(glyph.digit);
    if (Math.abs(glyph.height - height) > 1) wrong.push(`${k} is ${glyph.height} high, not ${height}`);
    if (glyph.coverage.length !== glyph.width * glyph.height) wrong.push(`${k} is no raster`);
    if (!glyph.coverage.every((level) => level >= 0 && level <= 1)) wrong.push(`${k} has no coverage`);
    if (!isTight(glyph)) wrong.push(`${k} is not tight`);
  }
  expect(wrong).toEqual([]);
  expect([...drawn].sort()).toEqual([0, 1, 7]);
});

test('the wider the pen of a hand, the more ink its digits have', () => {
  const hand = createHand(createRandom(2));
  const inkOf = (width: number) => {
    const random = createRandom(3);
    const nib = { ...hand.nib, width };
    const drawn = Array.from({ length: 60 }, () =>
      glyphs.draw(random, 30, { ...hand, nib, breaks: undefined }),
    );
    const ink = drawn.reduce((sum, { coverage }) => sum + coverage.reduce((a, b) => a + b), 0);
    return ink / drawn.length;
  };
  // A quarter of the digits are MNIST's pictures, which have a pen of their own.
  expect(inkOf(0.14)).toBeGreaterThan(1.2 * inkOf(0.05));
});

test('a set without a digit is refused', () => {
  expect(() => createGlyphs({ ...digits, count: 0 })).toThrow(RangeError);
});

test('each digit has a style of its own, and each style can be drawn small and large', () => {
  expect(new Set(styles.map(({ digit }) => digit)).size).toBe(10);
  for (const style of styles)
    for (const [seed, height] of [10, 17, 40].entries()) {
      const ink = drawStyle(style, createRandom(seed), height, createHand(createRandom(seed)));
      expect(Math.abs(ink.height - height), style.name).toBeLessThanOrEqual(1);
      expect(isTight(ink), style.name).toBe(true);
      expect(ink.width, style.name).toBeLessThan(2.2 * height);
    }
});
