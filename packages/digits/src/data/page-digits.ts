import { readFile, stat } from 'node:fs/promises';
import { messageOf } from '@inkwire/base';
import { DigitsError } from '../errors.ts';
import { cropDigit } from '../prepare/crop.ts';
import { decode } from '../prepare/decode.ts';
import { divideLight } from '../prepare/divide-light.ts';
import type { Grey } from '../prepare/grey.ts';
import { inkMask } from '../prepare/ink-mask.ts';
import { darkOnLight } from '../prepare/polarity.ts';
import type { LabelledMark, LabelledPage, LabelledPages } from './labelled-page.ts';
import { digitBytes, type LabelledSet, type MissedPicture } from './labelled-set.ts';
import { unreadable } from './text-records.ts';

/** Options of `readPages`. */
export interface ReadPagesOptions {
  /** A larger picture is refused. Default 10 MiB. */
  readonly maxPictureBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A page with the bytes of its picture. */
export interface PagePicture {
  readonly page: LabelledPage;
  readonly bytes: Uint8Array;
}

/**
 * Reads the pictures of labelled pages one after another: one at a time is in memory.
 * Throws `DIGITS_PICTURE_TOO_LARGE` and `DIGITS_SET_MISSING`, naming the file.
 */
export async function* readPages(
  pages: Iterable<LabelledPage>,
  options: ReadPagesOptions = {},
): AsyncGenerator<PagePicture> {
  for (const page of pages) {
    options.signal?.throwIfAborted();
    yield { page, bytes: await readPicture(page.file, options) };
  }
}

/** The bytes of a picture of a set. Throws `DIGITS_PICTURE_TOO_LARGE` and `DIGITS_SET_MISSING`, naming the file. */
export async function readPicture(
  file: string,
  { maxPictureBytes: maxBytes = 10 * 2 ** 20, signal }: ReadPagesOptions,
): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes)
      throw new DigitsError(
        'DIGITS_PICTURE_TOO_LARGE',
        `${file} has ${size} bytes; at most ${maxBytes} are read`,
      );
    return await readFile(file, { signal });
  } catch (error) {
    if (error instanceof DigitsError || signal?.aborted) throw error;
    throw unreadable(file, error);
  }
}

/**
 * The digits of labelled pages, cut by their boxes and prepared as a reader prepares a digit: [count, 784] with labels, in
 * order of the pages. Separators are passed over. A box without ink, and the digits of a picture that cannot be
 * read, are listed in `missed`. Memory: 784 bytes a digit, and one picture.
 *
 * Throws `DIGITS_SET_INVALID` where a page has no boxes, or the set no digit at all.
 */
export async function cutPageDigits(
  set: LabelledPages,
  options: ReadPagesOptions = {},
): Promise<LabelledSet> {
  const boxless = set.pages.find(({ marks }) => marks === undefined);
  if (boxless)
    throw new DigitsError(
      'DIGITS_SET_INVALID',
      `${boxless.file} has no boxes: single digits can be cut only from a set with a box for each`,
    );
  const count = set.pages.reduce((sum, { digits }) => sum + digits.length, 0);
  if (count === 0) throw new DigitsError('DIGITS_SET_INVALID', `${set.name} labels no digit`);
  const images = new Uint8Array(count * digitBytes);
  const labels = new Uint8Array(count);
  const missed: MissedPicture[] = [];
  let cut = 0;
  for (const { file, marks } of set.pages) {
    options.signal?.throwIfAborted();
    const digits = marks!.filter(({ mark }) => /\d/.test(mark));
    for (const { label, pixels, reason } of await cutOne(file, digits, options)) {
      if (pixels) images.set(pixels, cut * digitBytes);
      if (pixels) labels[cut++] = label;
      else missed.push({ file, label, reason });
    }
  }
  return {
    name: set.name,
    count: cut,
    images: images.subarray(0, cut * digitBytes),
    labels: labels.subarray(0, cut),
    missed,
  };
}

interface CutDigit {
  readonly label: number;
  /** [784]; undefined where it was missed. */
  readonly pixels?: Uint8Array | undefined;
  readonly reason: string;
}

async function cutOne(
  file: string,
  digits: readonly LabelledMark[],
  options: ReadPagesOptions,
): Promise<CutDigit[]> {
  const { signal } = options;
  const labelled = digits.map(({ mark, box }) => ({ label: Number(mark), box }));
  try {
    const bytes = await readPicture(file, options);
    const { width, grey } = await decode(bytes, signal && { signal });
    const ink = divideLight(darkOnLight(grey));
    const mask = inkMask(ink).data;
    const scale = ink.width / width;
    return labelled.map(({ label, box }) => ({
      label,
      pixels: cutBox(ink, mask, box, scale),
      reason: `no ink in the box ${box.join(',')}`,
    }));
  } catch (error) {
    if (signal?.aborted) throw error;
    return labelled.map(({ label }) => ({ label, reason: messageOf(error) }));
  }
}

/** The digit in a box, its ink alone; undefined where there is none. */
function cutBox(
  ink: Grey,
  mask: Uint8Array,
  box: LabelledMark['box'],
  scale: number,
): Uint8Array | undefined {
  const [left, top] = [Math.max(0, Math.floor(box[0] * scale)), Math.max(0, Math.floor(box[1] * scale))];
  const right = Math.min(ink.width, Math.ceil((box[0] + box[2]) * scale));
  const bottom = Math.min(ink.height, Math.ceil((box[1] + box[3]) * scale));
  const [width, height] = [right - left, bottom - top];
  const data = new Uint8Array(width * height);
  const labels = new Int32Array(width * height);
  const edges = { left: width, top: height, right: 0, bottom: 0 };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (y + top) * ink.width + x + left;
      data[y * width + x] = ink.data[from]!;
      if (mask[from] === 0) continue;
      labels[y * width + x] = 1;
      edges.left = Math.min(edges.left, x);
      edges.top = Math.min(edges.top, y);
      edges.right = Math.max(edges.right, x + 1);
      edges.bottom = y + 1;
    }
  if (edges.right === 0) return undefined;
  return cropDigit({ width, height, data }, { box: edges, labels, label: 1 });
}
