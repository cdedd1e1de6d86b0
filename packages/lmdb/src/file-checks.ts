import { randomUUID } from 'node:crypto';
import { constants, copyFile, type FileHandle, link, open, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@inkwire/base';
import { makeDirectory } from '@inkwire/base/node';
import { type MetaPage, metaPageBytes, newerMeta, readMeta } from './meta-page.ts';
import { isWhole } from './page-tree.ts';

/**
 * The conditions that the files must meet before LMDB opens them. LMDB maps them into memory, where a missing page is a SIGBUS
 * and not an error, and lmdb-js does not survive an opening that LMDB refused:
 *
 * 1. The directory exists and can be written to.
 * 2. `lock.mdb` has its blocks: LMDB makes it sparse, and on a full disk would die at the first touch of a page.
 * 3. `data.mdb` can be written to, and is empty or begins with two meta pages of LMDB's data format 2.
 * 4. `data.mdb` is as long as its newest meta page says, or every page of its trees lies in what there is of it: LMDB may
 *    count unused pages at the end that it never wrote.
 *
 * Where a crash of the machine may have left a mixture of pages, every page is checked, however long the file is.
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
  const whole = `${lock}-${randomUUID()}`;
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
  const file = join(directory, `.writable-${randomUUID()}`);
  try {
    await writeFile(file, new Uint8Array(bytes));
  } finally {
    await unlink(file).catch(() => {});
  }
}

/** The room that LMDB needs besides the values: copies of the pages above them, and its list of free pages. */
const overheadBytes = 256 * 1024;

/**
 * Rejects with what the file system says when there is no room for so many bytes. LMDB reports a write that the disk
 * took only half of as EIO, whatever the reason was.
 */
export function proveRoom(directory: string, bytes: number): Promise<void> {
  return proveWritable(directory, bytes + overheadBytes);
}

/** The most commits of another process during the check. After that the file is taken: that process works with it. */
const maxAttempts = 10;

/** The fault of a data file: `damaged` is cut, mixed or no LMDB file at all; `foreign` has another format. */
export type FileFault = 'damaged' | 'foreign';

export interface FileCheckOptions {
  /** Makes the error for a data file that LMDB would refuse, or that was cut. */
  readonly refuse: (fault: FileFault) => Error;
  /** Checks every page, as after a crash of the machine. Default false. */
  readonly everyPage?: boolean | undefined;
}

/** Throws what `refuse` makes unless LMDB can be let near the file. Other processes may be writing to it. */
export async function expectWholeFile(
  directory: string,
  { refuse, everyPage = false }: FileCheckOptions,
): Promise<void> {
  await using file = await openData(directory);
  if (file === undefined || (await file.stat()).size === 0) return;
  let meta = await readNewestMeta(file, refuse);
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    // Asked after the meta page was read: a commit makes the file long enough first.
    const { size } = await file.stat();
    const { pageBytes, lastPage, roots, transaction } = meta;
    if (!everyPage && BigInt(size) >= (lastPage + 1n) * BigInt(pageBytes)) return;
    if (await isWhole({ file, size, pageBytes }, roots)) return;
    meta = await readNewestMeta(file, refuse);
    // A later transaction may have used the pages of this one again; LMDB leaves those of the newest alone.
    if (meta.transaction === transaction) throw refuse('damaged');
  }
}

async function readNewestMeta(file: FileHandle, refuse: FileCheckOptions['refuse']): Promise<MetaPage> {
  const read = async (offset: number) => {
    const page = Buffer.alloc(metaPageBytes);
    const { bytesRead } = await file.read(page, 0, page.length, offset);
    const meta = readMeta(page.subarray(0, bytesRead));
    if (typeof meta === 'string') throw refuse(meta);
    return meta;
  };
  const first = await read(0);
  return newerMeta(first, await read(first.pageBytes));
}

async function openData(directory: string): Promise<FileHandle | undefined> {
  try {
    return await open(join(directory, 'data.mdb'), 'r+');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
