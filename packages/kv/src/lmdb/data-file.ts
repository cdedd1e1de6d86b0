import { constants, copyFile, type FileHandle, link, open, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@inkwire/base';
import { makeDirectory } from '@inkwire/base/node';
import { kvError } from './lmdb-errors.ts';
import { isWhole, rootOf, treeBytes } from './page-tree.ts';

/**
 * What must be true of the files before LMDB opens them. LMDB maps them into memory, where a missing page is a SIGBUS
 * and not an error, and lmdb-js does not survive an opening that LMDB refused:
 *
 * 1. The directory exists and can be written to.
 * 2. `lock.mdb` has its blocks: LMDB makes it sparse, and on a full disk would die at the first touch of a page.
 * 3. `data.mdb` can be written to, and is empty or begins with two meta pages of LMDB's data format 2.
 * 4. `data.mdb` is as long as its newest meta page says, or every page of its trees lies in what there is of it: LMDB may
 *    count unused pages at the end that it never wrote.
 *
 * After a crash of the machine that interrupted `relaxed`, every page is looked at, however long the file is.
 *
 * Nothing here changes a file that another process may be writing to.
 */

const lockBytes = 16 * 1024;

/** Creates the directory and the lock file. Rejects with what the file system says. */
export async function prepareDirectory(directory: string): Promise<void> {
  await makeDirectory(directory);
  await proveWritable(directory);
  const lock = join(directory, 'lock.mdb');
  try {
    await (await open(lock, 'r+')).close();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await createWhole(lock);
  }
}

/** Creates the lock file with all its blocks at once: another process may open it as soon as it is there. */
async function createWhole(lock: string): Promise<void> {
  const whole = `${lock}-${process.pid}`;
  try {
    await writeFile(whole, new Uint8Array(lockBytes));
    // Not every file system has links.
    await link(whole, lock).catch(() => copyFile(whole, lock, constants.COPYFILE_EXCL));
  } catch (error) {
    // Another process was faster.
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(whole).catch(() => {});
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
  /** Of the free pages and of the databases. */
  readonly roots: readonly bigint[];
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

/** So many times another process may commit while its file is looked at; then it is whole enough for that process. */
const maxLooks = 10;

/**
 * Throws `KV_DAMAGED` or `KV_FOREIGN` for a data file that LMDB would refuse, and `KV_DAMAGED` for one
 * that was cut. Other processes may be writing to it.
 */
export async function expectWholeData(
  directory: string,
  { everyPage }: { readonly everyPage: boolean },
): Promise<void> {
  await using file = await openData(directory);
  if (file === undefined || (await file.stat()).size === 0) return;
  let meta = await readNewestMeta(file, directory);
  for (let look = 0; look < maxLooks; look++) {
    // Asked after the meta page was read: a commit makes the file long enough first.
    const { size } = await file.stat();
    const { pageBytes, lastPage, roots, transaction } = meta;
    if (!everyPage && BigInt(size) >= (lastPage + 1n) * BigInt(pageBytes)) return;
    if (await isWhole({ file, size, pageBytes }, roots)) return;
    meta = await readNewestMeta(file, directory);
    // A later transaction may have used the pages of this one again; LMDB leaves those of the newest alone.
    if (meta.transaction === transaction) throw kvError('KV_DAMAGED', directory);
  }
}

async function readNewestMeta(file: FileHandle, directory: string): Promise<Meta> {
  const first = await readMetaPage(file, 0, directory);
  const second = await readMetaPage(file, first.pageBytes, directory);
  return second.transaction > first.transaction ? second : first;
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
 *     24 magic u32 · 28 version u32 · 32 address · 40 map size · 48 tree of free pages · 96 tree of databases ·
 *     144 last page u64 · 152 txn u64
 *
 * The first four bytes of the tree of free pages are the size of a page.
 */
async function readMetaPage(file: FileHandle, offset: number, directory: string): Promise<Meta> {
  const page = Buffer.alloc(160);
  const { bytesRead } = await file.read(page, 0, page.length, offset);
  const pageBytes = page.readUInt32LE(48);
  const isMeta = bytesRead === page.length && page.readUInt32LE(24) === 0xbeefc0de;
  if (!isMeta || pageBytes < 512 || pageBytes > 65_536) throw kvError('KV_DAMAGED', directory);
  if (page.readUInt16LE(28) !== 2) throw kvError('KV_FOREIGN', directory);
  return {
    pageBytes,
    roots: [48, 48 + treeBytes].map((at) => rootOf(page.subarray(at))),
    lastPage: page.readBigUInt64LE(144),
    transaction: page.readBigUInt64LE(152),
  };
}
