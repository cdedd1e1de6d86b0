import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { expectInteger, messageOf, systemCode } from '@inkwire/base';
import { DigitsError } from '../errors.ts';
import { type LabelledSet, pickDigits } from './labelled-set.ts';
import { isMnistTraining } from './mnist.ts';

const maxInflatedBytes = 64 * 2 ** 20;

/** The two parts of a training set. */
export interface TrainingSplit {
  readonly train: LabelledSet;
  readonly validation: LabelledSet;
}

/**
 * Reads the writer of each digit of a set: little-endian uint16, or, when the name holds `.tsv`, the third column of a
 * table with tabs; either may be gzipped.
 *
 * Throws `DIGITS_SET_MISSING` when the file cannot be read and `DIGITS_SET_INVALID` when it holds something else.
 */
export async function readWriters(file: string): Promise<Uint16Array> {
  const bytes = await inflate(file, await readBytes(file));
  if (file.includes('.tsv')) return parseTable(file, bytes);
  if (bytes.length % 2 !== 0)
    throw new DigitsError('DIGITS_SET_INVALID', `${file}, byte ${bytes.length}: half of a 16-bit number`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true));
}

/** The writer of each of MNIST's 60,000 training digits: 539 writers. The file comes with this package (data/README.md). */
export function readMnistWriters(): Promise<Uint16Array> {
  return readWriters(fileURLToPath(new URL('../../data/mnist-train-writers.u16le.gz', import.meta.url)));
}

/**
 * Splits a training set so that no writer is on both sides: of the distinct writers in ascending order, every
 * `every`-th is kept for validation. When the writers are unknown, the last sixth of the set is.
 *
 * Throws a RangeError when there is not one writer for each digit.
 */
export function splitByWriter(
  set: LabelledSet,
  writers: Uint16Array | undefined,
  options: { readonly every?: number } = {},
): TrainingSplit {
  const every = expectInteger('every', options.every ?? 11, { min: 2 });
  if (writers && writers.length !== set.count)
    throw new RangeError(`Expected \`writers\` to hold ${set.count} ids, got \`${writers.length}\``);

  const kept = writers ? everyNthWriter(writers, every) : undefined;
  const isValidation = (index: number) =>
    kept ? kept.has(writers![index]!) : index >= set.count - Math.floor(set.count / 6);
  const indexes = Uint32Array.from({ length: set.count }, (_, i) => i);
  const base = set.name.replace(/-train$/, '');
  return {
    train: pickDigits(
      set,
      indexes.filter((i) => !isValidation(i)),
      `${base}-train`,
    ),
    validation: pickDigits(set, indexes.filter(isValidation), `${base}-validation`),
  };
}

/** Splits a training set by writer when it is MNIST, known by its hash; otherwise keeps the last sixth for validation. */
export async function splitTraining(set: LabelledSet): Promise<TrainingSplit> {
  return splitByWriter(set, isMnistTraining(set) ? await readMnistWriters() : undefined, { every: 11 });
}

function everyNthWriter(writers: Uint16Array, every: number): ReadonlySet<number> {
  const distinct = [...new Set(writers)].sort((a, b) => a - b);
  return new Set(distinct.filter((_, i) => (i + 1) % every === 0));
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = systemCode(error) ?? messageOf(error);
    throw new DigitsError('DIGITS_SET_MISSING', `Cannot read ${file} (${reason})`, { cause: error });
  }
}

async function inflate(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: maxInflatedBytes });
  } catch (error) {
    throw new DigitsError('DIGITS_SET_INVALID', `${file} cannot be inflated: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function parseTable(file: string, bytes: Uint8Array): Uint16Array {
  const lines = new TextDecoder().decode(bytes).trimEnd().split('\n');
  return Uint16Array.from(lines, (line, i) => {
    const writer = Number(line.split('\t')[2] || Number.NaN);
    if (!Number.isInteger(writer) || writer < 0 || writer > 0xffff)
      throw new DigitsError(
        'DIGITS_SET_INVALID',
        `${file}, line ${i + 1}: no writer's number in the third column`,
      );
    return writer;
  });
}
