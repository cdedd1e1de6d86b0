/** The rows of the exam: what was set as a goal for reading from paper, each on the set that it is about. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import {
  openLabelledPages,
  type Picture,
  type Reader,
  readPages,
  renderStrokes,
  type Stroke,
} from '@inkwire/digits';
import sharp from 'sharp';
import { median } from '../../report.ts';
import type { ForeignDigit, ForeignSet } from '../foreign-sets.ts';
import type { Made } from './kind.ts';
import { answerTo } from './readers.ts';
import { isRight, type Judged, type Score, scoreOf } from './score.ts';

/** The shown cheque amounts. */
export async function cheques(reader: Reader, data: string): Promise<Score> {
  const { pages } = await openLabelledPages(join(data, 'cheques'));
  const judged: Judged[] = [];
  for await (const { page, bytes } of readPages(pages))
    judged.push({ truth: { digits: page.digits }, answer: await answerTo(reader, { bytes }) });
  return scoreOf(judged);
}

/** The paper cases, pictures and strokes, and the names of those that are read wrong. */
export async function paperCases(
  reader: Reader,
  data: string,
): Promise<{ score: Score; wrong: readonly { file: string; text: string; read: string }[] }> {
  const directory = join(data, 'paper-cases');
  const lines = (await readFile(join(directory, 'cases.tsv'), 'utf8')).trimEnd().split('\n').slice(1);
  const judged: (Judged & { file: string })[] = [];
  for (const line of lines) {
    const [file, text] = line.split('\t') as [string, string];
    const digits = text === '(nothing)' ? '' : text.replaceAll(/\D/g, '');
    const answer = await answerTo(reader, await pictureAt(join(directory, file)));
    judged.push({ file, truth: { digits }, answer });
  }
  const wrong = judged
    .filter((each) => !isRight(each))
    .map(({ file, truth, answer }) => ({ file, text: truth.digits, read: answer.digits }));
  return { score: scoreOf(judged), wrong };
}

async function pictureAt(file: string): Promise<Picture> {
  const bytes = await readFile(file);
  return extname(file) === '.json' ? JSON.parse(bytes.toString()) : { bytes };
}

/** Every `step`th digit of a foreign set, alone in its picture: as a PNG, or as strokes. */
export async function singles(reader: Reader, { digits }: ForeignSet, step: number): Promise<Score> {
  const judged: Judged[] = [];
  for (let i = 0; i < digits.length; i += step) {
    const answer = await answerTo(reader, await pictureOf(digits[i]!));
    judged.push({ truth: { digits: String(digits[i]!.label) }, answer });
  }
  return scoreOf(judged);
}

async function pictureOf(
  digit: ForeignDigit,
): Promise<{ bytes: Uint8Array } | { strokes: readonly Stroke[] }> {
  if ('strokes' in digit) return { strokes: digit.strokes };
  const raw = { width: digit.side, height: digit.side, channels: 1 } as const;
  return { bytes: await sharp(digit.grey, { raw }).png().toBuffer() };
}

/** How many cells of grids are right: one digit in a filled one, and the right one; and how many empty ones are read. */
export interface CellScore {
  readonly filled: number;
  readonly right: number;
  readonly empty: number;
  readonly emptyRead: number;
}

export function cellScoreOf(judged: readonly (Judged & { readonly made: Made })[]): CellScore {
  const score = { filled: 0, right: 0, empty: 0, emptyRead: 0 };
  for (const { made, answer } of judged)
    for (const { digit, corners } of made.cells ?? []) {
      const within = (answer.reading?.digits ?? []).filter(({ box: [x, y, w, h] }) =>
        isInside(x + w / 2, y + h / 2, corners),
      );
      if (digit === 0) {
        score.empty++;
        if (within.length > 0) score.emptyRead++;
      } else {
        score.filled++;
        if (within.length === 1 && within[0]!.digit === digit) score.right++;
      }
    }
  return score;
}

/** Whether a point lies in a convex polygon whose corners go clockwise (y downwards). */
function isInside(x: number, y: number, corners: readonly (readonly [number, number])[]): boolean {
  return corners.every(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % corners.length]!;
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0;
  });
}

/**
 * Median milliseconds of a whole reading, of one reader or of several. They take turns at every picture, and in every round another one
 * begins, so that a busy machine is unfair to none.
 */
export async function timesOf(
  readers: readonly Pick<Reader, 'read'>[],
  pictures: readonly Uint8Array[],
  rounds: number,
): Promise<number[]> {
  const times = readers.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round++)
    for (const bytes of pictures)
      for (let turn = 0; turn < readers.length; turn++) {
        const which = (turn + round) % readers.length;
        const began = performance.now();
        await answerTo(readers[which]!, { bytes });
        // The first round warms them up.
        if (round > 0) times[which]!.push(performance.now() - began);
      }
  return times.map(median);
}

/** PNGs of single digits, for the time of a reading: bitmaps of a few pixels, drawings of a few hundred. */
export async function smallPictures({ digits }: ForeignSet, count: number): Promise<Uint8Array[]> {
  const pictures: Uint8Array[] = [];
  for (const digit of digits.slice(0, count)) {
    const picture = await pictureOf(digit);
    pictures.push('bytes' in picture ? picture.bytes : (await renderStrokes(picture.strokes)).png);
  }
  return pictures;
}
