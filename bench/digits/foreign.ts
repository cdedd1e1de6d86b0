/**
 * How a model trained on MNIST reads what other people wrote, through the whole preparation: from the bytes of a PNG
 * (USPS envelopes, optdigits bitmaps) or from pen strokes (pendigits) to a digit. A picture in which the preparation
 * finds none, or more than one digit, counts as a mistake. Choose nothing by these figures: to try things out there is
 * usps.train.gz.
 */
import {
  openReader,
  type PreparedPicture,
  preparePicture,
  preparePlain,
  prepareStrokes,
  type Reader,
  renderStrokes,
  wilsonInterval,
} from '@inkwire/digits';
import sharp from 'sharp';
import { printTable, saveResults } from '../report.ts';
import { type ForeignDigit, type ForeignSet, loadForeignSets } from './foreign-sets.ts';

type Classify = Reader['classify'];

const size = 784;
const side = 28;

const pngOf = async (digit: ForeignDigit): Promise<Uint8Array> =>
  'strokes' in digit
    ? (await renderStrokes(digit.strokes)).png
    : sharp(digit.grey, { raw: { width: digit.side, height: digit.side, channels: 1 } })
        .png()
        .toBuffer();

const prepare = async (digit: ForeignDigit): Promise<PreparedPicture> =>
  'strokes' in digit ? prepareStrokes(digit.strokes) : preparePicture(await pngOf(digit));

/** The same digit stretched to 20×20, its aspect given up, to see what keeping it is worth. */
function stretched(pixels: Uint8Array): Uint8Array {
  let [left, top, right, bottom] = [side, side, 0, 0];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if (pixels[y * side + x]! >= 32) {
        [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
      }
  const result = new Uint8Array(size);
  const at = (x: number, y: number) => pixels[Math.min(bottom - 1, y) * side + Math.min(right - 1, x)] ?? 0;
  for (let y = 0; y < 20; y++)
    for (let x = 0; x < 20; x++) {
      const u = Math.max(left, left + ((x + 0.5) / 20) * (right - left) - 0.5);
      const v = Math.max(top, top + ((y + 0.5) / 20) * (bottom - top) - 0.5);
      const [i, j] = [Math.floor(u), Math.floor(v)];
      const [a, b] = [u - i, v - j];
      result[(y + 4) * side + x + 4] =
        (at(i, j) * (1 - a) + at(i + 1, j) * a) * (1 - b) +
        (at(i, j + 1) * (1 - a) + at(i + 1, j + 1) * a) * b;
    }
  return result;
}

/** How many are read right, in batches of 256. `undefined` stands for a picture that was not one digit. */
async function countRight(
  classify: Classify,
  digits: readonly ForeignDigit[],
  pictures: readonly (Uint8Array | undefined)[],
) {
  let right = 0;
  for (let from = 0; from < digits.length; from += 256) {
    const batch = pictures.slice(from, from + 256);
    const pixels = new Uint8Array(batch.length * size);
    for (const [i, picture] of batch.entries()) if (picture) pixels.set(picture, i * size);
    const probabilities = await classify(pixels);
    for (let i = 0; i < batch.length; i++) {
      const row = probabilities.subarray(i * 10, i * 10 + 10);
      if (batch[i] && row.indexOf(Math.max(...row)) === digits[from + i]!.label) right++;
    }
  }
  return right;
}

async function measure(classify: Classify, { name, digits }: ForeignSet) {
  const started = performance.now();
  const found: (Uint8Array | undefined)[] = [];
  const counts = { none: 0, several: 0, clutter: 0 };
  for (const digit of digits) {
    const picture = await prepare(digit);
    const all = picture.lines.flat(2);
    if (all.length === 0) counts.none++;
    if (all.length > 1) counts.several++;
    if (picture.clutter >= 0.5) counts.clutter++;
    found.push(all.length === 1 ? all[0]!.pixels : undefined);
  }
  const milliseconds = (performance.now() - started) / digits.length;
  const plain: Uint8Array[] = [];
  for (const digit of digits) plain.push(await preparePlain(await pngOf(digit)));
  const correct = await countRight(classify, digits, found);
  const count = digits.length;
  return {
    name,
    count,
    accuracy: correct / count,
    interval: wilsonInterval(correct, count),
    withoutAspect:
      (await countRight(
        classify,
        digits,
        found.map((pixels) => pixels && stretched(pixels)),
      )) / count,
    plain: (await countRight(classify, digits, plain)) / count,
    ...counts,
    milliseconds,
  };
}

/** `data` names the directory that the sets lie in. */
export async function foreign({ data }: { readonly data: string }): Promise<void> {
  await using reader = await openReader();
  const rows = [];
  for (const set of await loadForeignSets(data))
    rows.push(await measure((pixels) => reader.classify(pixels), set));
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  printTable(
    [
      'set',
      'digits',
      'whole preparation',
      '95 % interval',
      'aspect given up',
      'plain mode',
      'none found',
      'several',
      'clutter',
      'ms',
    ],
    rows.map((row) => [
      row.name,
      row.count,
      percent(row.accuracy),
      row.interval.map(percent).join(' … '),
      percent(row.withoutAspect),
      percent(row.plain),
      row.none,
      row.several,
      row.clutter,
      row.milliseconds.toFixed(2),
    ]),
  );
  saveResults('digits-foreign', 'npm run bench -- digits --only foreign', rows);
}
