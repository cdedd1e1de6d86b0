import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { systemCode } from '@inkwire/base';
import { flushDirectory } from '@inkwire/base/node';
import { metaPageBytes, readMeta } from './meta-page.ts';

/*
 * The file `relaxed` beside `data.mdb`: there while the data may be unflushed. It names the machine's boot, and keeps the meta
 * page of a transaction that is on the disk whole, a checkpoint, as LMDB keeps its own: two places, written in turns, of which
 * the newer that is sound counts.
 *
 *     0 boot, text, zeros │ 512 checkpoint │ 1024 checkpoint        checkpoint: u32 CRC-32, page's first 168 bytes
 *
 * After a crash of the machine `data.mdb` is any mixture of old and new pages, but what a checkpoint reaches is whole: it was
 * flushed before, and its pages are not used again until the next one is here (see checkpoints.ts).
 */

const bootBytes = 512;
const slotBytes = 512;
const fileBytes = bootBytes + 2 * slotBytes;
/** Of a meta page, the header stays what it is. */
const headerBytes = 24;
const transactionAt = 152;

const pathOf = (directory: string): string => join(directory, 'relaxed');

/** Linux's name of this boot; elsewhere none is known. */
async function bootId(): Promise<string> {
  return ((await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')) as string).trim();
}

/** The contents of the checkpoint file, read before the data is opened. */
export interface LeftBehind {
  /** `other`: the machine has stopped since. `same`: it has not, and the system has every page. */
  readonly boot: 'same' | 'other' | 'unknown';
  /** The newest checkpoint, when there is one. */
  readonly checkpoint: Buffer | undefined;
}

/** Reads the file; undefined when there is none, because everything was flushed. */
export async function readLeftBehind(directory: string): Promise<LeftBehind | undefined> {
  let file: Buffer;
  try {
    file = await readFile(pathOf(directory));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const [here, there] = [await bootId(), file.toString('utf8', 0, bootBytes).replace(/\0*$/, '')];
  return {
    boot: here === '' || there === '' ? 'unknown' : here === there ? 'same' : 'other',
    checkpoint: newestOf([checkpointAt(file, bootBytes), checkpointAt(file, bootBytes + slotBytes)]),
  };
}

function checkpointAt(file: Buffer, at: number): Buffer | undefined {
  const page = file.subarray(at + 4, at + 4 + metaPageBytes);
  if (page.length < metaPageBytes || file.readUInt32LE(at) !== crc32(page)) return undefined;
  return typeof readMeta(page) === 'string' ? undefined : page;
}

function newestOf(pages: readonly (Buffer | undefined)[]): Buffer | undefined {
  return pages
    .filter((page) => page !== undefined)
    .sort((a, b) => Number(b.readBigUInt64LE(transactionAt) - a.readBigUInt64LE(transactionAt)))[0];
}

/** Makes a checkpoint what `data.mdb` says is valid, and flushes that. */
export async function restoreCheckpoint(directory: string, checkpoint: Buffer): Promise<void> {
  const meta = readMeta(checkpoint);
  if (typeof meta === 'string') throw new TypeError('Expected a checkpoint that was read from its file');
  await using file = await open(join(directory, 'data.mdb'), 'r+');
  // In both places: what stood in the other may be newer.
  for (const page of [0, meta.pageBytes])
    await file.write(checkpoint, headerBytes, checkpoint.length - headerBytes, page + headerBytes);
  await file.datasync();
}

/** Flushes whatever the system has of `data.mdb`, and says that nothing is unflushed any more. */
export async function settleLeftBehind(directory: string): Promise<void> {
  await using file = await open(join(directory, 'data.mdb'), 'r+');
  await file.datasync();
  await removeCheckpoints(directory);
}

/** Removes the file for good. */
export async function removeCheckpoints(directory: string): Promise<void> {
  await rm(pathOf(directory), { force: true });
  await flushDirectory(directory);
}

/** The file, open to be written. */
export class CheckpointFile {
  readonly #file: FileHandle;
  #next = 1;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Puts a file with its first checkpoint in the place of the one that may be there, for good. */
  static async create(directory: string, checkpoint: Buffer): Promise<CheckpointFile> {
    const path = pathOf(directory);
    const file = await open(`${path}-new`, 'w+');
    try {
      const whole = Buffer.alloc(fileBytes);
      whole.write(await bootId());
      slotOf(checkpoint).copy(whole, bootBytes);
      await file.write(whole);
      await file.sync();
      await rename(`${path}-new`, path);
      await flushDirectory(directory);
      return new CheckpointFile(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Writes a checkpoint over the older one, and flushes it. */
  async write(checkpoint: Buffer): Promise<void> {
    const slot = slotOf(checkpoint);
    await this.#file.write(slot, 0, slot.length, bootBytes + this.#next * slotBytes);
    await this.#file.datasync();
    this.#next = 1 - this.#next;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function slotOf(checkpoint: Buffer): Buffer {
  const slot = Buffer.alloc(slotBytes);
  slot.writeUInt32LE(crc32(checkpoint));
  checkpoint.copy(slot, 4);
  return slot;
}
