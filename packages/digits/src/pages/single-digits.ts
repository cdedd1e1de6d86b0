/** Digits that stand alone. */
import { between, chance } from './chance.ts';
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

/** Writes one digit, up to the largest size. */
export function writeSingle(page: WrittenPage): void {
  const { random, size } = page;
  const glyph = page.drawDigit(between(random, 20, 46));
  page.place(glyph, glyph.digit, between(random, 12, size.width - 12), between(random, 22, size.height - 22));
}
