import { type FileHandle, mkdir, open, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@inkwire/base';
import { readingsError } from './lmdb-errors.ts';

/**
 * What must be true of the files before LMDB opens them. LMDB maps them into memory, where a missing page is a SIGBUS
 * and not an error, and lmdb-js does not survive an opening that LMDB refused:
 *
 * 1. The directory exists and can be written to.
 * 2. `lock.mdb` has its blocks: LMDB makes it sparse, and on a full disk would die at the first touch of a page.
 * 3. `data.mdb` can be written to, and is empty or begins with two meta pages of LMDB's data format 2.
 * 4. `data.mdb` is as long as its meta pages say; where it was cut, zeros stand in, which LMDB takes for damage.
 */

const lockBytes = 16 * 1024;

/** Creates the directory and the lock file. Rejects with what the file system says. */
export async function prepareDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await proveWritable(directory);
  try {
    await writeFile(join(directory, 'lock.mdb'), new Uint8Array(lockBytes), { flag: 'wx' });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return (await open(join(directory, 'lock.mdb'), 'r+')).close();
    // A lock file that was half written would be sparse again.
    await unlink(join(directory, 'lock.mdb')).catch(() => {});
    throw error;
  }
}

async function proveWritable(directory: string, bytes = 0): Promise<void> {
  const file = join(directory, `.writable-${process.pid}`);
  try {
    await writeFile(file, new Uint8Array(bytes));
  } finally {
    await unlink(file).catch(() => {});
  }
}

/** What LMDB needs besides the values: copies of the pages above them, and its list of free pages. */
const overheadBytes = 256 * 1024;

/**
 * Rejects with what the file system says when there is no room for so many bytes. LMDB reports a write that the disk
 * took only half of as EIO, whatever the reason was.
 */
export function proveRoom(directory: string, bytes: number): Promise<void> {
  return proveWritable(directory, bytes + overheadBytes);
}

/** What a meta page says. */
interface Meta {
  readonly pageBytes: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

/**
 * Makes the data file as long as it says that it is. Returns true when it was shorter: cut, or with unused pages at its
 * end that LMDB never wrote. Only looking at everything in it can tell. Throws `READINGS_DAMAGED` or
 * `READINGS_FOREIGN` for a file that LMDB would refuse.
 */
export async function restoreLength(directory: string): Promise<boolean> {
  await using file = await openData(directory);
  const { size } = (await file?.stat()) ?? { size: 0 };
  if (file === undefined || size === 0) return false;
  const first = await readMetaPage(file, 0, directory);
  const second = await readMetaPage(file, first.pageBytes, directory);
  const { lastPage, pageBytes } = second.transaction > first.transaction ? second : first;
  const claimed = (Number(lastPage) + 1) * pageBytes;
  if (!Number.isSafeInteger(claimed)) throw readingsError('READINGS_DAMAGED', directory);
  if (size >= claimed) return false;
  await file.truncate(claimed);
  return true;
}

async function openData(directory: string): Promise<FileHandle | undefined> {
  try {
    return await open(join(directory, 'data.mdb'), 'r+');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * A meta page begins with 24 bytes of page header, then
 *
 *     24 magic u32 · 28 version u32 · 32 address · 40 map size · 48 page size u32 · … · 144 last page u64 · 152 txn u64
 */
async function readMetaPage(file: FileHandle, offset: number, directory: string): Promise<Meta> {
  const page = Buffer.alloc(160);
  const { bytesRead } = await file.read(page, 0, page.length, offset);
  const pageBytes = page.readUInt32LE(48);
  const isMeta = bytesRead === page.length && page.readUInt32LE(24) === 0xbeefc0de;
  if (!isMeta || pageBytes < 512 || pageBytes > 65_536) throw readingsError('READINGS_DAMAGED', directory);
  if (page.readUInt16LE(28) !== 2) throw readingsError('READINGS_FOREIGN', directory);
  return { pageBytes, lastPage: page.readBigUInt64LE(144), transaction: page.readBigUInt64LE(152) };
}
