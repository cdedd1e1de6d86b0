/**
 * Foreign handwriting that no model here was trained on, through the whole preparation: USPS's test digits and
 * optdigits' bitmaps as PNG files, pendigits as pen strokes. A picture that is read as anything but its one digit is wrong.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  openReader,
  type Picture,
  preparePlain,
  type Reader,
  type Stroke,
  wilsonInterval,
} from '@inkwire/digits';
import sharp from 'sharp';
import { printTable, saveResults } from '../report.ts';

interface Example {
  readonly label: number;
  readonly picture: Picture;
}

const linesOf = (directory: string, file: string): string[] =>
  gunzipSync(readFileSync(join(directory, file)))
    .toString('latin1')
    .trimEnd()
    .split('\n');

async function png(ink: readonly number[], side: number): Promise<Picture> {
  const paper = Buffer.from(ink.map((share) => Math.round(255 * (1 - share))));
  return {
    bytes: await sharp(paper, { raw: { width: side, height: side, channels: 1 } })
      .png()
      .toBuffer(),
  };
}

/** A line each: label, then 256 values from −1 to 1 = ink. */
async function usps(directory: string): Promise<Example[]> {
  const rows = linesOf(directory, 'usps.test.gz').map((line) => line.trim().split(/\s+/).map(Number));
  return Promise.all(
    rows.map(async ([label, ...values]) => ({
      label: label!,
      picture: await png(
        values.map((value) => (value + 1) / 2),
        16,
      ),
    })),
  );
}

/** 32 lines of 0 and 1, then a line with the label. */
async function optdigits(directory: string): Promise<Example[]> {
  const lines = linesOf(directory, 'optdigits-bitmaps.txt.gz');
  const found: { label: number; bits: number[] }[] = [];
  let bitmap: string[] = [];
  for (const line of lines) {
    if (/^[01]{32}\s*$/.test(line)) bitmap.push(line.trim());
    else if (bitmap.length === 32) {
      found.push({ label: Number(line), bits: [...bitmap.join('')].map(Number) });
      bitmap = [];
    }
  }
  return Promise.all(found.map(async ({ label, bits }) => ({ label, picture: await png(bits, 32) })));
}

/** UNIPEN: a segment names the digit; points between .PEN_DOWN and .PEN_UP, y upwards on a 500 × 500 tablet. */
function pendigits(directory: string): Example[] {
  const found: Example[] = [];
  let strokes: (readonly [number, number])[][] = [];
  let label: number | undefined;
  const finish = () => {
    if (label !== undefined) found.push({ label, picture: { strokes: strokes as Stroke[] } });
    strokes = [];
  };
  for (const line of linesOf(directory, 'pendigits-strokes.train.unipen.gz')) {
    const segment = /^\.SEGMENT DIGIT .*"(\d)"/.exec(line);
    const point = /^\s*(-?\d+)\s+(-?\d+)/.exec(line);
    if (segment) {
      finish();
      label = Number(segment[1]);
    } else if (line.startsWith('.PEN_DOWN')) strokes.push([]);
    else if (point) strokes.at(-1)?.push([Number(point[1]), 500 - Number(point[2])]);
  }
  finish();
  return found;
}

async function textOf(reader: Reader, picture: Picture): Promise<string> {
  try {
    return (await reader.read(picture)).text;
  } catch {
    return '';
  }
}

async function plainDigit(reader: Reader, picture: Picture): Promise<string> {
  if (!('bytes' in picture)) return '';
  const row = await reader.classify(await preparePlain(picture.bytes));
  return String(row.indexOf(Math.max(...row)));
}

/** `--data` names the directory that the sets lie in. */
export async function foreign({ data }: { readonly data: string }): Promise<void> {
  await using reader = await openReader();
  const sets = {
    'USPS test': await usps(data),
    'optdigits bitmaps': await optdigits(data),
    'pendigits strokes': pendigits(data),
  };
  const rows = [];
  for (const [name, examples] of Object.entries(sets)) {
    let [correct, plain] = [0, 0];
    for (const { label, picture } of examples) {
      if ((await textOf(reader, picture)) === String(label)) correct++;
      if ((await plainDigit(reader, picture)) === String(label)) plain++;
    }
    const count = examples.length;
    const drawn = name.startsWith('pendigits');
    rows.push({
      name,
      count,
      accuracy: correct / count,
      interval: wilsonInterval(correct, count),
      plain: drawn ? null : plain / count,
    });
  }
  const percent = (share: number | null) => (share === null ? '—' : `${(share * 100).toFixed(2)} %`);
  printTable(
    ['set', 'digits', 'whole preparation', '95 % interval', 'plain mode'],
    rows.map((row) => [
      row.name,
      row.count,
      percent(row.accuracy),
      row.interval.map(percent).join(' … '),
      percent(row.plain),
    ]),
  );
  saveResults('digits-foreign', 'npm run bench -- digits --only foreign', rows);
}
