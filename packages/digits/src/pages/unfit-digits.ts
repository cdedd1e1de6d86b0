import { between, chance, oneOf, scaled } from './chance.ts';
import { createCanvas, stamp } from './ink.ts';
import type { WrittenPage } from './written-page.ts';

/** Writes lines of digits of a height between two bounds, of which none is a mark. */
export function writeUnfit(page: WrittenPage, least: number, most: number): void {
  const { random, hand, size } = page;
  const { width, height } = size;
  const canvas = createCanvas(width, height);
  page.unfit = canvas;
  page.isComplete = false;
  const tall = scaled(random, least, most);
  const drawnHeight = Math.min(48, Math.max(12, tall));
  const scale = tall / drawnHeight;
  const pitch = tall * between(random, 1.1, 2);
  // Used again and again: a page holds hundreds of tiny digits.
  const drawn = Array.from({ length: 16 }, () => page.drawDigit(drawnHeight));
  for (let y = between(random, -0.3 * tall, 0.7 * tall); y < height + 0.4 * tall; y += pitch) {
    const words = chance(random, 0.5);
    for (let x = between(random, -tall, 0.5 * width); x < width + tall; ) {
      const glyph = oneOf(random, drawn);
      stamp(canvas, glyph, x, y + 0.05 * tall * random.normal(), hand.angle, scale);
      x += glyph.width * scale + tall * (words && chance(random, 0.2) ? 1 : between(random, -0.1, 0.3));
    }
  }
}
