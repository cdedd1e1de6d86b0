/**
 * Labelled pages: pictures of lines or pages with what they say, in the two forms in which such sets are published.
 *
 *     DIR/labels.csv (or labels.tsv)     name,text     "line 1.png","12,34"
 *     DIR/*.json                         COCO detection: images, boxes, categories named after digits
 *
 * Only names, texts and boxes are held; the pictures stay on the disk. So memory is bounded by the labels file, which may
 * have 64 MiB.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { messageOf, systemCode } from '@inkwire/base';
import sharp from 'sharp';
import { DigitsError } from '../errors.ts';
import { readCoco } from './coco.ts';
import { readLabelRecords } from './label-records.ts';
import {
  digitsOfText,
  type LabelledPage,
  type LabelledPages,
  quoted,
  type StatedPage,
  setError,
} from './labelled-page.ts';
import { hasIdxPart } from './mnist.ts';
import { unreadable } from './text-records.ts';

/** Options of `openLabelledPages`. */
export interface LabelledPagesOptions {
  /** A larger labels file is refused before it is read. Default 64 MiB. */
  readonly maxLabelBytes?: number;
  /** A set of more pages is refused. Default 200,000. */
  readonly maxPages?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Pictures whose headers are looked at at once. */
const looksAtOnce = 8;
/** Annotation tools round: an edge may lie this many pixels outside its picture. */
const roundingPixels = 1;

/**
 * The file that labels the pages of a directory: `labels.csv` or `labels.tsv`, else the only `.json`; the path itself where it names such
 * a file; `undefined` where it is neither. In a directory of IDX files, or with folders named after digits, a `.json` is something else.
 *
 * Throws `DIGITS_SET_MISSING` when the path cannot be read, `DIGITS_SET_INVALID` when there are several.
 */
export async function labelsFileOf(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).isFile())
      return labelExtensions.has(extname(path).toLowerCase()) ? path : undefined;
    const found = labelFilesAmong(await readdir(path), path);
    if (found.length > 1)
      throw setError(
        path,
        `holds ${found.sort().join(' and ')}: name the one to use, ${join(path, found[0]!)}`,
      );
    return found[0] === undefined ? undefined : join(path, found[0]);
  } catch (error) {
    throw error instanceof DigitsError ? error : unreadable(path, error);
  }
}

const labelExtensions = new Set(['.csv', '.tsv', '.json']);

function labelFilesAmong(names: readonly string[], directory: string): string[] {
  const tables = names.filter((name) => /^labels\.[ct]sv$/i.test(name));
  const hasOtherForm =
    names.some((name) => /^\d$/.test(name)) ||
    hasIdxPart(directory, 'test') ||
    hasIdxPart(directory, 'train');
  if (tables.length > 0 || hasOtherForm) return tables;
  return names.filter((name) => extname(name).toLowerCase() === '.json');
}

/**
 * Opens the labelled pages of a directory, or of a labels file in it. Every name must lead to a picture in the directory
 * (links are followed), every text may hold digits, spaces and `. , - / :`, every box must lie in its picture, up to one pixel.
 *
 * Throws, naming the labels file and the line or entry: `DIGITS_SET_MISSING` for a picture that is not there or a directory
 * without labels; `DIGITS_SET_TOO_LARGE`; `DIGITS_SET_INVALID` for everything else.
 */
export async function openLabelledPages(
  path: string,
  options: LabelledPagesOptions = {},
): Promise<LabelledPages> {
  const file = await labelsFileOf(path);
  if (file === undefined)
    throw new DigitsError('DIGITS_SET_MISSING', `${path} holds no labels.csv, labels.tsv or COCO .json`);
  const stated = await readStated(file, options);
  if (stated.length === 0) throw setError(file, 'no page is labelled');
  const directory = resolve(dirname(file));
  const pages = await lookAtAll(stated, directory, options.signal);
  return {
    name: basename(directory),
    pages,
    hasBoxes: pages.every(({ marks }) => marks !== undefined),
  };
}

async function readStated(file: string, options: LabelledPagesOptions): Promise<StatedPage[]> {
  const { maxLabelBytes: maxBytes = 64 * 2 ** 20, maxPages = 200_000, signal } = options;
  const isCoco = extname(file).toLowerCase() === '.json';
  const source = isCoco
    ? await readCoco(file, { maxBytes, signal })
    : readLabelRecords(file, { maxBytes, signal });
  const stated: StatedPage[] = [];
  const places = new Map<string, string>();
  for await (const page of source) {
    const before = places.get(page.name);
    if (before !== undefined)
      throw setError(page.place, `${quoted(page.name)} is labelled already, at ${before}`);
    places.set(page.name, page.place);
    stated.push(page);
    if (stated.length > maxPages)
      throw new DigitsError('DIGITS_SET_TOO_LARGE', `${file} labels more than ${maxPages} pages`);
  }
  return stated;
}

async function lookAtAll(
  stated: readonly StatedPage[],
  directory: string,
  signal: AbortSignal | undefined,
): Promise<LabelledPage[]> {
  const pages = new Array<LabelledPage>(stated.length);
  let next = 0;
  const work = async () => {
    for (let i = next++; i < stated.length; i = next++) {
      signal?.throwIfAborted();
      pages[i] = await lookAt(stated[i]!, directory);
    }
  };
  await Promise.all(Array.from({ length: looksAtOnce }, work));
  return pages;
}

async function lookAt({ name, text, marks, place }: StatedPage, directory: string): Promise<LabelledPage> {
  const digits = digitsOfText(text, place);
  const file = fileOf(name, directory, place);
  await expectPicture(file, name, place);
  if (marks !== undefined) {
    const { width, height } = await sizeOf(file, place);
    for (const { mark, box } of marks)
      if (!isInside(box, width, height))
        throw setError(
          place,
          `the box ${box.join(',')} of a ${mark} is not inside its picture of ${width} × ${height} pixels`,
        );
  }
  return { name, file, text, digits, marks };
}

function fileOf(name: string, directory: string, place: string): string {
  const file = resolve(directory, name);
  const path = relative(directory, file);
  if (name === '' || path === '') throw setError(place, 'expected the name of a picture, got none');
  // `relative` gives an absolute path between two drives of Windows.
  if (isAbsolute(path) || path.split(/[\\/]/)[0] === '..')
    throw setError(place, `${quoted(name)} leads out of the directory`);
  return file;
}

async function expectPicture(file: string, name: string, place: string): Promise<void> {
  const found = await stat(file).catch((error) => {
    const reason = systemCode(error) ?? messageOf(error);
    const message = `${place}: there is no picture ${quoted(name)} (${reason})`;
    throw new DigitsError('DIGITS_SET_MISSING', message, { cause: error });
  });
  if (!found.isFile()) throw setError(place, `${quoted(name)} is not a file`);
}

async function sizeOf(file: string, place: string): Promise<{ width: number; height: number }> {
  try {
    return (await sharp(file).metadata()).autoOrient;
  } catch (error) {
    throw setError(place, `${file} is no picture with a size: ${messageOf(error)}`);
  }
}

function isInside([x, y, w, h]: readonly [number, number, number, number], width: number, height: number) {
  const ends = x + w <= width + roundingPixels && y + h <= height + roundingPixels;
  return w > 0 && h > 0 && x >= -roundingPixels && y >= -roundingPixels && ends;
}
