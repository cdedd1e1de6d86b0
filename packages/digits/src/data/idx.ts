import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { messageOf, systemCode } from '@inkwire/base';
import { DigitsError } from '../errors.ts';

/*
 * IDX, the format of MNIST (LeCun, Cortes, Burges, "The MNIST database", "FILE FORMATS"):
 *
 *   byte 0   1   2      3      4 … 4 + 4·rank         …
 *        0   0   type   rank   sizes, uint32 big-endian   data, row-major
 *
 * A file's header decides how much memory is taken, so every claim in it is checked against the file's length first:
 * exactly for a plain file, by deflate's best possible ratio for a gzipped one.
 */

/** Options of `readIdx`. */
export interface IdxOptions {
  /** Sizes that the file must have; `undefined` leaves a size open. Default: any rank from 1 to 4, any sizes. */
  readonly shape?: readonly (number | undefined)[];
  /** A file whose data are larger is refused. Default 1 GiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The content of an IDX file: `data` holds `shape[0] × shape[1] × …` bytes, row-major. */
export interface IdxFile {
  readonly shape: number[];
  readonly data: Uint8Array;
}

const ubyte = 0x08;
const maxRank = 4;
// 258 bytes from two bits: https://www.zlib.net/zlib_tech.html
const deflateMaxRatio = 1032;
const typeNames: Record<number, string> = {
  9: 'signed bytes',
  11: 'shorts',
  12: 'ints',
  13: 'floats',
  14: 'doubles',
};

/**
 * Reads an IDX file of unsigned bytes, plain or gzipped (known by its content, not by its name).
 *
 * Throws `DIGITS_IDX_MISSING` when the file cannot be opened, and `DIGITS_IDX_INVALID` when it is not what it claims
 * or what the caller expects; the message names the file and the byte (for a gzipped file, of its inflated content).
 */
export async function readIdx(file: string, options: IdxOptions = {}): Promise<IdxFile> {
  await using handle = await openIdx(file);
  try {
    const { size } = await handle.stat();
    const start = new Uint8Array(2);
    await handle.read(start, 0, 2, 0);
    return start[0] === 0x1f && start[1] === 0x8b
      ? await readGzipped(file, size, options)
      : await readPlain(file, handle, size, options);
  } catch (error) {
    if (error instanceof DigitsError || options.signal?.aborted) throw error;
    throw new DigitsError('DIGITS_IDX_INVALID', `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The error for a byte of an IDX file that is wrong in itself or does not fit what was expected. */
export function idxError(file: string, offset: number, problem: string): DigitsError {
  return new DigitsError('DIGITS_IDX_INVALID', `${file}, byte ${offset}: ${problem}`);
}

async function openIdx(file: string): Promise<FileHandle> {
  try {
    return await open(file);
  } catch (error) {
    const reason = systemCode(error) ?? messageOf(error);
    throw new DigitsError('DIGITS_IDX_MISSING', `Cannot open ${file} (${reason})`, { cause: error });
  }
}

async function readPlain(
  file: string,
  handle: FileHandle,
  size: number,
  options: IdxOptions,
): Promise<IdxFile> {
  const head = new Uint8Array(4 + 4 * maxRank);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  const { shape, start, length } = parseHeader(file, head.subarray(0, bytesRead), options);
  const end = start + length;
  if (size < end) throw idxError(file, size, `the file ends here, its header promises ${end} bytes`);
  if (size > end) throw idxError(file, end, `the data end here, but ${size - end} more bytes follow`);

  const data = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    options.signal?.throwIfAborted();
    const { bytesRead } = await handle.read(data, at, Math.min(length - at, 1 << 24), start + at);
    if (bytesRead === 0)
      throw idxError(file, start + at, `the file ends here, its header promises ${end} bytes`);
    at += bytesRead;
  }
  return { shape, data };
}

async function readGzipped(file: string, size: number, options: IdxOptions): Promise<IdxFile> {
  const source = createReadStream(file, { signal: options.signal });
  const inflated = source.pipe(createGunzip());
  source.on('error', (error) => inflated.destroy(error));

  let head: Uint8Array = new Uint8Array(0);
  let found: ReturnType<typeof parseHeader> | undefined;
  let data: Uint8Array | undefined;
  let at = 0; // in the inflated content
  try {
    for await (const chunk of inflated as AsyncIterable<Buffer>) {
      let rest: Uint8Array = chunk;
      if (!found) {
        head = Buffer.concat([head, chunk]);
        if (head.length < headerLength(head)) continue;
        found = parseHeader(file, head, options);
        rest = head.subarray(found.start);
        at = found.start;
        if (found.length > size * deflateMaxRatio)
          throw idxError(
            file,
            4,
            `${size} gzipped bytes cannot hold the ${found.length} that the header promises`,
          );
        data = new Uint8Array(found.length);
      }
      const end = found.start + found.length;
      if (at + rest.length > end) throw idxError(file, end, 'the data end here, but more bytes follow');
      data!.set(rest, at - found.start);
      at += rest.length;
    }
  } catch (error) {
    if (error instanceof DigitsError || options.signal?.aborted) throw error;
    throw idxError(file, found ? at : head.length, `the gzipped content is damaged: ${messageOf(error)}`);
  } finally {
    inflated.destroy();
    source.destroy();
  }
  if (!found || !data) found = parseHeader(file, head, options);
  const end = found.start + found.length;
  if (at < end) throw idxError(file, at, `the file ends here, its header promises ${end} bytes`);
  return { shape: found.shape, data: data! };
}

/** The length of the header, as it says itself; the shortest possible one while that is not known yet. */
function headerLength(head: Uint8Array): number {
  return head.length < 4 ? 4 : 4 + 4 * Math.min(head[3]!, maxRank);
}

function parseHeader(file: string, head: Uint8Array, options: IdxOptions) {
  if (head.length < 4) throw idxError(file, head.length, 'the file ends inside the 4-byte magic number');
  if (head[0] !== 0 || head[1] !== 0)
    throw idxError(file, 0, 'not an IDX file: it must begin with two zero bytes');
  const type = head[2]!;
  if (type !== ubyte)
    throw idxError(
      file,
      2,
      `${typeNames[type] ?? `type 0x${type.toString(16)}`} instead of unsigned bytes (0x08)`,
    );
  const rank = head[3]!;
  const wanted = options.shape;
  if (wanted && rank !== wanted.length)
    throw idxError(file, 3, `${describeRank(rank)}, expected ${describeRank(wanted.length)}`);
  if (rank < 1 || rank > maxRank) throw idxError(file, 3, `${rank} dimensions, expected 1 to ${maxRank}`);

  const start = 4 + 4 * rank;
  if (head.length < start) throw idxError(file, head.length, `the file ends inside its ${start}-byte header`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  shape.forEach((size, i) => {
    const expected = wanted?.[i];
    if (expected !== undefined && size !== expected)
      throw idxError(file, 4 + 4 * i, `dimension ${i} is ${size}, expected ${expected}`);
    if (size === 0) throw idxError(file, 4 + 4 * i, `dimension ${i} is 0: there are no data`);
  });
  const maxBytes = options.maxBytes ?? 2 ** 30;
  const length = shape.reduce((product, size) => product * size, 1);
  if (length > maxBytes)
    throw idxError(file, 4, `${shape.join(' × ')} bytes are more than the limit of ${maxBytes}`);
  return { shape, start, length };
}

function describeRank(rank: number): string {
  if (rank === 1) return '1 dimension (labels)';
  return rank === 3 ? '3 dimensions (images)' : `${rank} dimensions`;
}
