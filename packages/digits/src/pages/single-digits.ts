/** Digits that stand alone. */
import { between, chance, scaled } from './chance.ts';
import { createCanvas, drawLine } from './ink.ts';
import type { WrittenPage } from './written-page.ts';

/** Writes single digits in rows and columns, as in the cells of a table; some cells are empty. */
export function writeTable(page: WrittenPage): void {
  const { random, hand, size } = page;
  const pitch = hand.height * between(random, 1.15, 2.2);
  const wide = pitch * between(random, 0.75, 1.5);
  const filled = between(random, 0.4, 1);
  const [ox, oy] = [between(random, 0, wide), between(random, 0, pitch)];
  for (let y = oy; y < size.height + hand.height; y += pitch)
    for (let x = ox; x < size.width + hand.height; x += wide) {
      if (!chance(random, filled)) continue;
      const glyph = page.drawDigit(page.drawDigitHeight());
      const loose = 0.08 * hand.height;
      page.place(glyph, glyph.digit, x + loose * random.normal(), y + loose * random.normal());
    }
}

/** Writes numbers into a form, a digit in each box; digits cross the boxes' edges, and some boxes are empty. */
export function writeForm(page: WrittenPage): void {
  const { random, hand, size } = page;
  const canvas = createCanvas(size.width, size.height);
  page.under.push({ ...canvas, darkness: scaled(random, 0.15, 1.1) });
  const tall = hand.height * between(random, 0.95, 1.7);
  const wide = hand.height * between(random, 0.7, 1.5);
  const thickness = scaled(random, 0.6, 2.6);
  const apart = chance(random, 0.3) ? hand.height * between(random, 0.05, 0.4) : 0;
  // The height of the lines between boxes, as a share of a box: less than the whole makes a comb.
  const teeth = chance(random, 0.35) ? between(random, 0.15, 0.6) : 1;
  const [cos, sin] = [Math.cos(hand.angle), Math.sin(hand.angle)];
  const [left, top] = [
    between(random, -wide, size.width / 2),
    between(random, -0.3 * tall, size.height - 0.5 * tall),
  ];
  const toPage = (x: number, y: number): [number, number] => [
    left + cos * x - sin * y,
    top + sin * x + cos * y,
  ];
  const line = (x0: number, y0: number, x1: number, y1: number) =>
    drawLine(canvas, toPage(x0, y0), toPage(x1, y1), thickness);
  const rows = chance(random, 0.4) ? 1 + random.below(3) : 1;
  const columns = 1 + random.below(12);
  const filled = between(random, 0.5, 1);
  for (let row = 0; row < rows; row++) {
    const y = row * tall * 1.35;
    for (let column = 0; column < columns; column++) {
      const x = column * (wide + apart);
      line(x, y + tall, x + wide, y + tall);
      if (teeth === 1) line(x, y, x + wide, y);
      for (const side of [x, x + wide]) line(side, y + (1 - teeth) * tall, side, y + tall);
      if (!chance(random, filled)) continue;
      const glyph = page.drawDigit(page.drawDigitHeight());
      const [loose, low] = [0.08 * hand.height * random.normal(), 0.1 * hand.height * random.normal()];
      page.place(glyph, glyph.digit, ...toPage(x + wide / 2 + loose, y + tall / 2 + low));
    }
  }
}

/** Writes one digit, up to the largest size. */
export function writeSingle(page: WrittenPage): void {
  const { random, size } = page;
  const glyph = page.drawDigit(between(random, 20, 46));
  page.place(glyph, glyph.digit, between(random, 12, size.width - 12), between(random, 22, size.height - 22));
}
