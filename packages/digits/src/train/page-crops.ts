/**
 * Digits as a reader cuts them out of paper, in many hands, pens and constructed styles: most from a bare sheet, the others
 * from made-up pages, with what stands beside and behind them. The network of single digits sees MNIST's own pictures
 * otherwise.
 */
import type { Random } from '@inkwire/base';
import { digitBytes, type LabelledSet } from '../data/labelled-set.ts';
import { digitKinds } from '../detect/detector-maps.ts';
import { cropMark } from '../detect/mark-crop.ts';
import type { FoundMark } from '../detect/marks.ts';
import type { Plane } from '../detect/plane.ts';
import { between } from '../pages/chance.ts';
import { createGlyphs, type GlyphSource } from '../pages/glyphs.ts';
import type { Mark } from '../pages/mark.ts';
import { drawPage } from '../pages/page.ts';
import { randomOfPage } from './page-maker.ts';

const size = { width: 160, height: 96 };
/** Deviations of a box that a detector finds from the true one: of its place and of its sides, over its sides. */
const boxSpread = { place: 0.03, sides: 0.05 };
/** A crop with less or more ink than this, as a share of its pixels, is a speck or a blot. */
const legibleInk = { least: 0.01, most: 0.36 };
/** The share of crops that come from a bare sheet. */
const bare = 0.75;
/** On a bare sheet: heights of digits, the paper around them (pixels), and how dark full ink is. */
const bareSheet = { least: 14, most: 44, margin: 20, ink: 0.9 };

/** A picture, and what a detector finds in it. */
interface Sheet {
  readonly plane: Plane;
  readonly marks: readonly FoundMark[];
}

/** As many crops, of digits drawn after these. The same seed gives the same ones. */
export function cropsOfPages(count: number, digits: LabelledSet, seed: number): LabelledSet {
  const glyphs = createGlyphs(digits, { pictured: 0, redrawn: 0.5 });
  const images = new Uint8Array(count * digitBytes);
  const labels = new Uint8Array(count);
  let [found, fromBare] = [0, 0];
  for (let number = 0; found < count; number++) {
    const random = randomOfPage(seed, number);
    const isBare = fromBare <= bare * found;
    const { plane, marks } = isBare ? drawBare(glyphs, random) : drawWritten(glyphs, random);
    for (const mark of marks) {
      if (mark.kind >= digitKinds || found === count) continue;
      const crop = cropMark(plane, mark, marks);
      const inked = crop.reduce((sum, ink) => sum + ink, 0) / (255 * digitBytes);
      if (inked < legibleInk.least || inked > legibleInk.most) continue;
      images.set(crop, found * digitBytes);
      labels[found++] = mark.kind;
      if (isBare) fromBare++;
    }
  }
  return { name: `${digits.name}-on-pages`, count, images, labels };
}

/** One digit on white paper. */
function drawBare(glyphs: GlyphSource, random: Random): Sheet {
  const { least, most, margin, ink } = bareSheet;
  const glyph = glyphs.draw(random, between(random, least, most));
  const width = glyph.width + 2 * margin;
  const height = glyph.height + 2 * margin;
  const data = new Float32Array(width * height).fill(1);
  for (let y = 0; y < glyph.height; y++)
    for (let x = 0; x < glyph.width; x++)
      data[(y + margin) * width + x + margin] = 1 - ink * glyph.coverage[y * glyph.width + x]!;
  const mark = { kind: glyph.digit, x: width / 2, y: height / 2, width: glyph.width, height: glyph.height };
  return { plane: { width, height, data }, marks: [asFound(mark, random)] };
}

function drawWritten(glyphs: GlyphSource, random: Random): Sheet {
  const { width, height, levels, marks } = drawPage(glyphs, random, size);
  return { plane: { width, height, data: levels }, marks: marks.map((mark) => asFound(mark, random)) };
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
