import { readdir, readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { messageOf, systemCode } from '@inkwire/base';
import { DigitsError } from '../errors.ts';
import { preparePicture } from '../prepare/prepare-picture.ts';
import type { PreparedPicture } from '../prepare/prepared.ts';
import { digitBytes, type LabelledSet, type MissedPicture } from './labelled-set.ts';

/** Options of `openPictureDirectory`. */
export interface PictureDirectoryOptions {
  /** A larger file is not read and counts as missed. Default 10 MiB. */
  readonly maxPictureBytes?: number;
  /** Pictures that are prepared at once. Default: the machine's parallelism. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal | undefined;
}

interface LabelledFile {
  readonly file: string;
  readonly label: number;
}

const extensions = new Set([
  '.avif',
  '.gif',
  '.heic',
  '.heif',
  '.jpeg',
  '.jpg',
  '.png',
  '.tif',
  '.tiff',
  '.webp',
]);

/**
 * Opens a directory whose folders `0` … `9` hold pictures of the digit that the folder is named after. Each picture is
 * prepared as a reader prepares it. A picture in which that does not find exactly one digit is listed in `missed`. Folders
 * are in order of label, files in order of name.
 *
 * Throws `DIGITS_SET_MISSING` when the directory cannot be read, and `DIGITS_SET_INVALID` when it holds no such
 * picture or a folder for a number that is not a digit.
 */
export async function openPictureDirectory(
  directory: string,
  options: PictureDirectoryOptions = {},
): Promise<LabelledSet> {
  const files = await listPictures(directory);
  if (files.length === 0)
    throw new DigitsError(
      'DIGITS_SET_INVALID',
      `${directory} holds no pictures in folders named 0 to 9, no IDX files, and no labels.csv, labels.tsv or COCO .json`,
    );

  const results: (Uint8Array | MissedPicture)[] = new Array(files.length);
  let next = 0;
  const work = async () => {
    for (let i = next++; i < files.length; i = next++) results[i] = await prepareOne(files[i]!, options);
  };
  await Promise.all(Array.from({ length: options.concurrency ?? availableParallelism() }, work));

  const missed = results.filter((result): result is MissedPicture => !(result instanceof Uint8Array));
  const count = files.length - missed.length;
  const images = new Uint8Array(count * digitBytes);
  const labels = new Uint8Array(count);
  let to = 0;
  results.forEach((result, i) => {
    if (!(result instanceof Uint8Array)) return;
    images.set(result, to * digitBytes);
    labels[to++] = files[i]!.label;
  });
  return { name: basename(resolve(directory)), count, images, labels, missed };
}

async function listPictures(directory: string): Promise<LabelledFile[]> {
  const files: LabelledFile[] = [];
  for (const folder of await namesIn(directory)) {
    if (!/^\d+$/.test(folder)) continue;
    const label = Number(folder);
    if (folder.length > 1)
      throw new DigitsError(
        'DIGITS_SET_INVALID',
        `${join(directory, folder)}: a folder is named after one digit`,
      );
    for (const name of await namesIn(join(directory, folder)))
      if (extensions.has(extname(name).toLowerCase()))
        files.push({ file: join(directory, folder, name), label });
  }
  return files;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    const reason = systemCode(error) ?? messageOf(error);
    throw new DigitsError('DIGITS_SET_MISSING', `Cannot read ${directory} (${reason})`, { cause: error });
  }
}

async function prepareOne(
  { file, label }: LabelledFile,
  options: PictureDirectoryOptions,
): Promise<Uint8Array | MissedPicture> {
  options.signal?.throwIfAborted();
  const maxBytes = options.maxPictureBytes ?? 10 * 2 ** 20;
  try {
    if ((await stat(file)).size > maxBytes) return { file, label, reason: `larger than ${maxBytes} bytes` };
    const picture = await preparePicture(await readFile(file), {
      maxBytes,
      ...(options.signal && { signal: options.signal }),
    });
    return onlyDigit(picture) ?? { file, label, reason: `${digitsOf(picture).length} digits found` };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return { file, label, reason: messageOf(error) };
  }
}

function digitsOf(picture: PreparedPicture) {
  return picture.lines.flat(2);
}

function onlyDigit(picture: PreparedPicture): Uint8Array | undefined {
  const digits = digitsOf(picture);
  return digits.length === 1 ? digits[0]!.pixels : undefined;
}
