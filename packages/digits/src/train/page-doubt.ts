/**
 * The doubt of a detector's readings, fitted on pages that are disturbed in ways in which those of the training are not: of
 * other sizes, turned, unevenly lit, saved as JPEG. They are made from digits that nothing was trained on, and read as a
 * reader reads them.
 */
import { type Random, systemClock } from '@inkwire/base';
import sharp from 'sharp';
import type { LabelledSet } from '../data/labelled-set.ts';
import type { Detector } from '../detect/detector.ts';
import { findMarks } from '../detect/find-marks.ts';
import { DigitsError } from '../errors.ts';
import type { DoubtWeights, ModelCard } from '../model/model-card.ts';
import { bundledModel, openModelFile } from '../model/model-file.ts';
import { between, chance, oneOf, scaled } from '../pages/chance.ts';
import { createGlyphs } from '../pages/glyphs.ts';
import { drawPage, type MadeUpPage } from '../pages/page.ts';
import { Batcher } from '../reader/batcher.ts';
import { type DoubtSample, fitDoubt, plainDoubt } from '../reader/doubt.ts';
import { arrangeMarks } from '../reader/lines.ts';
import { composePageReading, cutDigits, evidenceOf } from '../reader/page-reading.ts';
import { stackDigits } from '../reader/reading.ts';
import { openRunner } from '../reader/runner.ts';
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
/** The share of pixels that are darker than the paper's level. */
const paperShare = 0.7;

/** Options of `fitPageDoubt`. */
export interface PageDoubtOptions {
  readonly detector: Detector;
  /** Digits that neither the detector nor the network of single digits was trained on. */
  readonly digits: LabelledSet;
  readonly pages: number;
  readonly seed: number;
  readonly threads: number;
}

/**
 * Reads disturbed pages with a detector and the bundled `cnn`, and fits on them how sure a reading is. Pages on which digits
 * are cut or of an unfit size have no right reading, and are passed over.
 */
export async function fitPageDoubt(options: PageDoubtOptions): Promise<DoubtWeights> {
  const { detector, digits, pages, seed, threads } = options;
  const network = bundledModel();
  const file = await openModelFile(network);
  const runner = await openRunner(file, network, { threads, maxBatch: 64 });
  const { temperature } = file.card;
  const batcher = new Batcher(runner, {
    maxBatch: 64,
    maxQueue: 4096,
    maxWaitMs: 0,
    temperature,
    clock: systemClock,
  });
  const glyphs = createGlyphs(digits);
  const samples: DoubtSample[] = [];
  try {
    for (let number = 0; number < pages; number++) {
      const random = randomOfPage(seed, number);
      const page = drawPage(glyphs, random, oneOf(random, sizes));
      if (!page.isComplete) continue;
      const sample = await judge(page, await disturb(page, random), detector, batcher, file.card);
      if (sample) samples.push(sample);
    }
  } finally {
    await batcher.idle();
    await runner.close();
  }
  return fitDoubt(samples);
}

/** The evidence of a page's reading, and whether it is right; undefined where nothing is read. */
async function judge(
  page: MadeUpPage,
  bytes: Uint8Array,
  detector: Detector,
  batcher: Batcher,
  card: ModelCard,
): Promise<DoubtSample | undefined> {
  try {
    const found = cutDigits(await findMarks(bytes, detector));
    const answer = await batcher.classify(stackDigits(found.digits));
    const reading = composePageReading(found, answer, card, plainDoubt);
    const isRight = digitsOf(reading.text) === digitsOf(arrangeMarks(page.marks).text);
    return { evidence: evidenceOf(found, reading), isRight };
  } catch (error) {
    if (error instanceof DigitsError && error.code === 'DIGITS_NONE_FOUND') return undefined;
    throw error;
  }
}

const digitsOf = (text: string) => text.replaceAll(/\s/g, '');

/** A page as a picture file. */
async function disturb({ width, height, levels }: MadeUpPage, random: Random): Promise<Uint8Array> {
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
  return (chance(random, 0.7) ? picture.jpeg({ quality }) : picture.png()).toBuffer();
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
