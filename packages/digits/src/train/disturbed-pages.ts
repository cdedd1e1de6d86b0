/**
 * Made-up pages that are disturbed in ways in which those of the training are not: of other sizes, turned, unevenly lit,
 * saved as JPEG.
 */
import type { Random } from '@inkwire/base';
import sharp from 'sharp';
import type { LabelledSet } from '../data/labelled-set.ts';
import { between, chance, oneOf, scaled } from '../pages/chance.ts';
import { createGlyphs } from '../pages/glyphs.ts';
import { drawCleanPage, drawPage, type MadeUpPage } from '../pages/page.ts';
import { randomOfPage } from './page-maker.ts';

/** Sides of the pages before they are enlarged: a block of writing, lines of a form, an amount. */
const sizes = [
  { width: 256, height: 192 },
  { width: 256, height: 64 },
  { width: 160, height: 64 },
];
/** By which pages are enlarged, and turned in degrees (a deviation). */
const enlarged = { least: 0.8, most: 3 };
const turned = 2.5;
/** The share of pages of white paper with nothing but numbers: a confidence has to be right for easy pages too. */
const clean = 0.65;
/** The share of pixels that are darker than the paper's level. */
const paperShare = 0.7;

/** A page as a picture file. */
export interface DisturbedPage {
  /** What stands on the page, in pixels before it was disturbed. */
  readonly page: MadeUpPage;
  /** A JPEG or PNG file. */
  readonly bytes: Uint8Array;
  /** The place in the picture of a point of the page. */
  toPicture(x: number, y: number): readonly [x: number, y: number];
}

/** The pages of a seed from number `first` on, without those of which no reading is right: a digit is cut, or of an unfit size. */
export async function* disturbedPages(
  digits: LabelledSet,
  seed: number,
  first: number,
  count: number,
): AsyncGenerator<DisturbedPage> {
  const glyphs = createGlyphs(digits);
  for (let number = first; number < first + count; number++) {
    const random = randomOfPage(seed, number);
    const draw = chance(random, clean) ? drawCleanPage : drawPage;
    const page = draw(glyphs, random, oneOf(random, sizes));
    if (page.isComplete) yield await disturb(page, random);
  }
}

async function disturb(page: MadeUpPage, random: Random): Promise<DisturbedPage> {
  const { width, height, levels } = page;
  const grey = lit(levels, width, height, random);
  const paper = grey.toSorted()[Math.floor(paperShare * grey.length)]!;
  const factor = scaled(random, enlarged.least, enlarged.most);
  const sized = await sharp(grey, { raw: { width, height, channels: 1 } })
    .resize(Math.round(width * factor), Math.round(height * factor), { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const angle = turned * random.normal();
  const picture = sharp(sized.data, { raw: sized.info }).rotate(angle, {
    background: { r: paper, g: paper, b: paper },
  });
  const quality = Math.round(between(random, 30, 95));
  const file = chance(random, 0.7) ? picture.jpeg({ quality }) : picture.png();
  const { data, info } = await file.toBuffer({ resolveWithObject: true });
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return {
    page,
    bytes: data,
    toPicture(x, y) {
      const [dx, dy] = [factor * (x - width / 2), factor * (y - height / 2)];
      return [info.width / 2 + cos * dx - sin * dy, info.height / 2 + sin * dx + cos * dy];
    },
  };
}

/** The levels as bytes, and on half of the pages less light towards one side. */
function lit(levels: Float32Array, width: number, height: number, random: Random): Uint8Array {
  const less = chance(random, 0.5) ? between(random, 0, 0.6) : 0;
  const direction = between(random, 0, 2 * Math.PI);
  const [across, down] = [Math.cos(direction) / width, Math.sin(direction) / height];
  return Uint8Array.from(levels, (level, i) => {
    const along = ((i % width) - width / 2) * across + (Math.floor(i / width) - height / 2) * down;
    return Math.round(255 * level * (1 - less * Math.min(1, Math.max(0, 0.5 + along))));
  });
}
