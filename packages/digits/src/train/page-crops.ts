/**
 * Digits as a reader cuts them out of pages: in many hands, pens and constructed styles, with what stands beside and behind
 * them. The network of single digits sees MNIST's clean digits otherwise.
 */
import type { Random } from '@inkwire/base';
import { digitBytes, type LabelledSet } from '../data/labelled-set.ts';
import { digitKinds } from '../detect/detector-maps.ts';
import { cropMark } from '../detect/mark-crop.ts';
import type { FoundMark } from '../detect/marks.ts';
import { createGlyphs } from '../pages/glyphs.ts';
import type { Mark } from '../pages/mark.ts';
import { drawPage } from '../pages/page.ts';
import { randomOfPage } from './page-maker.ts';

const size = { width: 160, height: 96 };
/** Deviations of a box that a detector finds from the true one: of its place and of its sides, over its sides. */
const boxSpread = { place: 0.03, sides: 0.05 };
/** A crop with less than this share of ink shows nothing that could be read. */
const leastInk = 0.01;

/** As many crops from made-up pages of these digits. The same seed gives the same ones. */
export function cropsOfPages(count: number, digits: LabelledSet, seed: number): LabelledSet {
  const glyphs = createGlyphs(digits);
  const images = new Uint8Array(count * digitBytes);
  const labels = new Uint8Array(count);
  let found = 0;
  for (let number = 0; found < count; number++) {
    const random = randomOfPage(seed, number);
    const { width, height, levels, marks } = drawPage(glyphs, random, size);
    const seen = marks.map((mark) => asFound(mark, random));
    for (const mark of seen) {
      if (mark.kind >= digitKinds || found === count) continue;
      const crop = cropMark({ width, height, data: levels }, mark, seen);
      if (crop.reduce((sum, ink) => sum + ink, 0) < 255 * leastInk * digitBytes) continue;
      images.set(crop, found * digitBytes);
      labels[found++] = mark.kind;
    }
  }
  return { name: `${digits.name}-on-pages`, count, images, labels };
}

/** A mark in a box as a detector finds it. */
function asFound({ kind, x, y, width, height }: Mark, random: Random): FoundMark {
  const { place, sides } = boxSpread;
  return {
    kind,
    x: x + place * width * random.normal(),
    y: y + place * height * random.normal(),
    width: width * Math.exp(sides * random.normal()),
    height: height * Math.exp(sides * random.normal()),
    score: 1,
    logits: new Float32Array(digitKinds),
  };
}
