/** Ink that is no writing of the page. */
import { between, scaled } from './chance.ts';
import { type Coverage, createCanvas, drawPath, stamp } from './ink.ts';
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

/** Adds digits of the other side, mirrored. */
export function showThrough(page: WrittenPage): void {
  const { random, hand, size } = page;
  const canvas = createCanvas(size.width, size.height);
  page.behind = canvas;
  let x = between(random, -20, 40);
  const y = between(random, 10, size.height);
  for (let k = 2 + random.below(6); k > 0; k--) {
    const glyph = page.drawDigit(hand.height * between(random, 0.8, 1.4));
    stamp(canvas, mirrored(glyph), x, y, 0.1 * random.normal());
    x += glyph.width * 1.2;
  }
}

function mirrored({ width, height, coverage }: Coverage): Coverage {
  const result = new Float32Array(coverage.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) result[y * width + x] = coverage[y * width + width - 1 - x]!;
  return { width, height, coverage: result };
}
