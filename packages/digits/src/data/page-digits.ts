import { readFile, stat } from 'node:fs/promises';
import { messageOf } from '@inkwire/base';
import { cropMark } from '../detect/mark-crop.ts';
import { darkInk, decodeForPlane, planeOf } from '../detect/plane.ts';
import { DigitsError } from '../errors.ts';
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

/** Options of `cutPageDigits`. */
export interface CutPageDigitsOptions extends ReadPagesOptions {
  /**
   * Finds and cuts the digits of a picture, [784] each, in reading order: for pages without boxes. Such a page is used where as
   * many digits are found as its text has.
   */
  readonly find?: ((bytes: Uint8Array) => Promise<readonly Uint8Array[]>) | undefined;
}

/**
 * The digits of labelled pages, cut as a reader cuts them by their boxes, or where a page has none by `find`: [count, 784] with
 * labels, in order of the pages. Separators are passed over. A box without ink, and the digits of a picture that cannot be
 * read, are listed in `missed`. Memory: 784 bytes a digit, and one picture.
 *
 * Throws `DIGITS_SET_INVALID` where a page has no boxes and there is no `find`, or the set no digit at all.
 */
export async function cutPageDigits(
  set: LabelledPages,
  options: CutPageDigitsOptions = {},
): Promise<LabelledSet> {
  const boxless = set.pages.find(({ marks }) => marks === undefined);
  if (boxless && !options.find)
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
  for (const page of set.pages) {
    options.signal?.throwIfAborted();
    for (const { label, pixels, reason } of await cutOne(page, options)) {
      if (pixels) images.set(pixels, cut * digitBytes);
      if (pixels) labels[cut++] = label;
      else missed.push({ file: page.file, label, reason });
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

async function cutOne(page: LabelledPage, options: CutPageDigitsOptions): Promise<CutDigit[]> {
  const { file, digits, marks } = page;
  const { signal, find } = options;
  try {
    const bytes = await readPicture(file, options);
    return marks ? await cutMarks(marks, bytes, signal) : namedAs(digits, await find!(bytes));
  } catch (error) {
    if (signal?.aborted) throw error;
    return [...digits].map((digit) => ({ label: Number(digit), reason: messageOf(error) }));
  }
}

async function cutMarks(
  marks: readonly LabelledMark[],
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<CutDigit[]> {
  const raster = await decodeForPlane(bytes, signal && { signal });
  const plane = darkInk(planeOf(raster));
  const scale = raster.width / raster.fullWidth;
  const placed = marks.map(({ mark, box: [x, y, width, height] }) => ({
    mark,
    x: scale * (x + width / 2),
    y: scale * (y + height / 2),
    width: scale * width,
    height: scale * height,
  }));
  return placed.flatMap((place, i) => {
    if (!/\d/.test(place.mark)) return [];
    const pixels = cropMark(plane, place, placed);
    const isInk = pixels.some((ink) => ink > 0);
    const reason = `no ink in the box ${marks[i]!.box.join(',')}`;
    return [{ label: Number(place.mark), pixels: isInk ? pixels : undefined, reason }];
  });
}

/** The digits that were found, by the text of their page. */
function namedAs(text: string, found: readonly Uint8Array[]): CutDigit[] {
  const areAll = found.length === text.length;
  const reason = `${found.length} digits were found where the text has ${text.length}`;
  return [...text].map((digit, i) => ({
    label: Number(digit),
    pixels: areAll ? found[i] : undefined,
    reason,
  }));
}
