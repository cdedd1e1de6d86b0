/** Ink that is no writing of the page. */
import { between, chance, scaled } from './chance.ts';
import { type Coverage, createCanvas, drawPath, stamp } from './ink.ts';
import { drawSymbol, drawWord } from './symbols.ts';
import type { WrittenPage } from './written-page.ts';

/** Adds strokes that mean nothing. */
export function scribble({ random, hand, size, other }: WrittenPage): void {
  for (let k = 1 + random.below(3); k > 0; k--) {
    let [x, y] = [between(random, 0, size.width), between(random, 0, size.height)];
    let direction = between(random, 0, 2 * Math.PI);
    const reach = hand.height * scaled(random, 0.08, 0.5);
    const turn = between(random, 0.1, 1.2);
    const path: [number, number][] = [[x, y]];
    for (let step = 1 + random.below(9); step > 0; step--) {
      direction += turn * random.normal();
      x += reach * Math.cos(direction);
      y += reach * Math.sin(direction);
      path.push([x, y]);
    }
    const thickness = Math.max(1, hand.writer.nib.width * hand.height) * between(random, 0.6, 1.3);
    drawPath(other, path, thickness);
  }
}

/**
 * Adds one long line that comes back again and again: a wave, a zigzag, loops, a spiral, a tangle. It has too many turns
 * to be a digit, and may be much larger than one.
 */
export function doodle({ random, hand, size, other }: WrittenPage): void {
  const [x, y] = [between(random, 0, size.width), between(random, 0, size.height)];
  const reach = hand.height * scaled(random, 0.25, 2.5);
  const heading = between(random, -0.6, 0.6) + (chance(random, 0.2) ? Math.PI / 2 : 0);
  const [cos, sin] = [Math.cos(heading), Math.sin(heading)];
  const turns = between(random, 2.5, 10);
  // Two points a turn are the corners of a zigzag.
  const points = chance(random, 0.35) ? 2 : 14;
  const drift = chance(random, 0.75) ? scaled(random, 0.3, 2) : 0;
  const breadth = drift === 0 ? between(random, 0.4, 1.2) : between(random, 0, 1);
  const pace = drift === 0 && chance(random, 0.5) ? between(random, 0.4, 1.7) : 1;
  const ends = between(random, 0.1, 1);
  const loose = between(random, 0, 0.12);
  const path: [number, number][] = [];
  for (let step = 0; step <= turns * points; step++) {
    const turn = step / points;
    const swing = reach * (1 + (ends - 1) * (turn / turns));
    const along = drift * reach * (turn - turns / 2) + swing * breadth * Math.cos(2 * Math.PI * turn * pace);
    const across = swing * (Math.sin(2 * Math.PI * (turn + 0.25)) + loose * random.normal());
    path.push([x + along * cos - across * sin, y + along * sin + across * cos]);
  }
  const thickness = Math.max(1, hand.writer.nib.width * hand.height) * between(random, 0.6, 1.3);
  drawPath(other, path, thickness);
}

/** Adds digits of the other side, mirrored. */
export function showThrough(page: WrittenPage): void {
  const { random, hand, size } = page;
  const canvas = createCanvas(size.width, size.height);
  page.under.push({ ...canvas, darkness: between(random, 0.1, 0.5) });
  let x = between(random, -20, 40);
  const y = between(random, 10, size.height);
  for (let k = 2 + random.below(6); k > 0; k--) {
    const glyph = page.drawDigit(hand.height * between(random, 0.8, 1.4));
    stamp(canvas, mirrored(glyph), x, y, 0.1 * random.normal());
    x += glyph.width * 1.2;
  }
}

/** Adds the mark of a rubber stamp: a ring or two, or a frame, and letters within. */
export function rubberStamp({ random, hand, size, under }: WrittenPage): void {
  const canvas = createCanvas(size.width, size.height);
  under.push({ ...canvas, darkness: scaled(random, 0.12, 0.95) });
  const [x, y] = [between(random, 0, size.width), between(random, 0, size.height)];
  const radius = hand.height * between(random, 0.5, 1.6);
  const flatness = chance(random, 0.6) ? 1 : between(random, 0.4, 0.9);
  // 2 is an ellipse; a large power makes a frame of it.
  const power = chance(random, 0.75) ? 2 : 8;
  const turn = 0.3 * random.normal();
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const thickness = Math.max(1, hand.height * between(random, 0.03, 0.08));
  const rings = 1 + random.below(2);
  for (let ring = 0; ring < rings; ring++) {
    const reach = radius * (1 - 0.2 * ring);
    const path = Array.from({ length: 49 }, (_, k): [number, number] => {
      const [c, s] = [Math.cos((2 * Math.PI * k) / 48), Math.sin((2 * Math.PI * k) / 48)];
      const out = reach / (Math.abs(c) ** power + Math.abs(s) ** power) ** (1 / power);
      const [dx, dy] = [out * c, out * s * flatness];
      return [x + cos * dx - sin * dy, y + sin * dx + cos * dy];
    });
    drawPath(canvas, path, thickness);
  }
  const letters = drawWord(random).slice(0, 4);
  const tall = Math.max(8, (1.1 * radius * flatness) / Math.sqrt(letters.length));
  for (const [k, letter] of letters.entries()) {
    const along = (k - (letters.length - 1) / 2) * tall * 0.9;
    stamp(canvas, drawSymbol(letter, random, tall, hand.writer), x + cos * along, y + sin * along, turn);
  }
}

function mirrored({ width, height, coverage }: Coverage): Coverage {
  const result = new Float32Array(coverage.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) result[y * width + x] = coverage[y * width + width - 1 - x]!;
  return { width, height, coverage: result };
}
