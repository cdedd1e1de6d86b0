/**
 * How a model trained on MNIST reads what other people wrote, through the whole preparation: from the bytes of a PNG
 * (USPS envelopes, optdigits bitmaps) or from pen strokes (pendigits) to a digit. A picture in which the preparation
 * finds none, or more than one digit, counts as a mistake.
 *
 * `node dist/digits/foreign.js [--data ../shared/data] [--model FILE.onnx] [--limit N]`, after `tsc -p bench`.
 * Choose nothing by these figures: to try things out there is usps.train.gz, and --limit takes the first digits.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  openReader,
  type PreparedPicture,
  preparePicture,
  preparePlain,
  prepareStrokes,
  renderStrokes,
  wilsonInterval,
} from '@inkwire/digits';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { type ForeignDigit, type ForeignSet, loadForeignSets } from './foreign-sets.ts';

/** [n, 784] to n digits. */
type Read = (pixels: Uint8Array) => Promise<number[]>;

const size = 784;
const side = 28;

/** Row-wise argmax of [n, 10]. */
function topDigits(scores: Float32Array): number[] {
  return Array.from({ length: scores.length / 10 }, (_, i) => {
    const row = scores.subarray(i * 10, i * 10 + 10);
    return row.indexOf(Math.max(...row));
  });
}

/** The reader of digits; for a bare ONNX file, without a model card, ONNX Runtime itself. */
async function openRead(model: string | undefined, bare: boolean): Promise<{ read: Read; close: () => Promise<void> }> {
  if (!bare) {
    const reader = await openReader(model === undefined ? {} : { model });
    return { read: async (pixels) => topDigits(await reader.classify(pixels)), close: () => reader.close() };
  }
  const session = await InferenceSession.create(model!, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const read: Read = async (pixels) => {
    const input = new Tensor('uint8', pixels, [pixels.length / size, size]);
    return topDigits((await session.run({ pixels: input })).logits!.data as Float32Array);
  };
  return { read, close: () => session.release() };
}

const pngOf = async (digit: ForeignDigit): Promise<Uint8Array> =>
  'strokes' in digit
    ? (await renderStrokes(digit.strokes)).png
    : sharp(digit.grey, { raw: { width: digit.side, height: digit.side, channels: 1 } }).png().toBuffer();

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
        (at(i, j) * (1 - a) + at(i + 1, j) * a) * (1 - b) + (at(i, j + 1) * (1 - a) + at(i + 1, j + 1) * a) * b;
    }
  return result;
}

/** How many are read right, in batches of 256. `undefined` stands for a picture that was not one digit. */
async function countRight(read: Read, digits: readonly ForeignDigit[], pictures: readonly (Uint8Array | undefined)[]) {
  let right = 0;
  for (let from = 0; from < digits.length; from += 256) {
    const batch = pictures.slice(from, from + 256);
    const pixels = new Uint8Array(batch.length * size);
    for (const [i, picture] of batch.entries()) if (picture) pixels.set(picture, i * size);
    const texts = await read(pixels);
    for (const [i, text] of texts.entries()) if (batch[i] && text === digits[from + i]!.label) right++;
  }
  return right;
}

async function measure(read: Read, { name, digits }: ForeignSet) {
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
  const correct = await countRight(read, digits, found);
  const count = digits.length;
  return {
    set: name,
    count,
    accuracy: correct / count,
    interval: wilsonInterval(correct, count),
    withoutAspect: (await countRight(read, digits, found.map((pixels) => pixels && stretched(pixels)))) / count,
    plain: (await countRight(read, digits, plain)) / count,
    ...counts,
    milliseconds,
  };
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: fileURLToPath(new URL('../../../../shared/data', import.meta.url)) },
    model: { type: 'string' },
    /** The model is a bare ONNX file without a card. */
    bare: { type: 'boolean', default: false },
    limit: { type: 'string' },
  },
});
const sets = await loadForeignSets(values.data);
const { read, close } = await openRead(values.model, values.bare);
const percent = (share: number) => (100 * share).toFixed(2);
const rows = [];
for (const set of sets) {
  const digits = values.limit ? set.digits.slice(0, Number(values.limit)) : set.digits;
  rows.push(await measure(read, { ...set, digits }));
}
await close();
console.table(
  rows.map((row) => ({
    set: row.set,
    digits: row.count,
    'read right %': percent(row.accuracy),
    '95 %': row.interval.map(percent).join('–'),
    'without aspect %': percent(row.withoutAspect),
    'plain mode %': percent(row.plain),
    'none found': row.none,
    'several found': row.several,
    'clutter ≥ 0.5': row.clutter,
    'ms each': row.milliseconds.toFixed(2),
  })),
);
if (!values.limit) {
  const results = new URL('../../results/', import.meta.url);
  await mkdir(results, { recursive: true });
  await writeFile(new URL('digits-foreign.json', results), `${JSON.stringify({ model: values.model ?? 'bundled', rows }, null, 2)}\n`);
}
