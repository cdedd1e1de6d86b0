import { statfsSync } from 'node:fs';
import type { Database, RootDatabase } from 'lmdb';

/*
 * Whether the disk has room for a transaction. LMDB must not find that out itself: when the system refuses a write, it
 * composes a message that is longer than the memory for it (lmdb 3.5.6, mdb.c, "Attempting to write page"), and overwrites
 * other memory.
 *
 *     on the disk  enough for what a transaction can write at the worst, beside a reserve ─▶ yes
 *     in the file  else enough pages that LMDB has written before and uses no more        ─▶ yes
 */

/** A page of each tree from the root to the leaf, of values, tables, times, counts and free pages. */
const pagesAnOperation = 8;
/** The pages that everything together takes besides. */
const pagesBeside = 24;
/** Kept free, or a sixteenth of a disk that is small: other programs write too, and the disk is asked only once a second. */
const reserveBytes = 64 * 2 ** 20;
const measureEveryMs = 1000;

interface Stats {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}
interface RootStats extends Stats {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  readonly root: Stats;
  readonly free: Stats;
}

export class FreeSpace {
  readonly #directory: string;
  readonly #root: RootDatabase;
  readonly #databases: readonly Database[];
  readonly #now: () => number;
  #measuredAt = Number.NEGATIVE_INFINITY;
  /** The bytes that may be written before the disk is asked again. */
  #left = 0;

  /** `databases`: all that are in the file. `now`: milliseconds. */
  constructor(directory: string, root: RootDatabase, databases: readonly Database[], now: () => number) {
    this.#directory = directory;
    this.#root = root;
    this.#databases = databases;
    this.#now = now;
  }

  /** Whether the disk has room for a transaction of so many operations, with so many bytes of values and names. */
  fitsDisk(bytes: number, operations: number): boolean {
    const needed = neededBytes(bytes, operations);
    if (needed > this.#left || this.#now() - this.#measuredAt > measureEveryMs) this.#measure();
    this.#left -= needed;
    return this.#left >= 0;
  }

  /** Whether the pages that nothing in the file uses are enough. */
  fitsFile(bytes: number, operations: number): boolean {
    const { pageSize, lastPageNumber, root, free } = this.#root.getStats() as RootStats;
    const used = [root, free, ...this.#databases.map((database) => database.getStats() as Stats)];
    const unused = used.reduce((left, stats) => left - pagesOf(stats), lastPageNumber - 1);
    return unused * pageSize >= neededBytes(bytes, operations);
  }

  #measure(): void {
    const { bavail, blocks, bsize } = statfsSync(this.#directory);
    this.#measuredAt = this.#now();
    // A quarter: what an operation takes is an estimate.
    this.#left = (bavail * bsize - Math.min(reserveBytes, (blocks * bsize) / 16)) / 4;
  }
}

const neededBytes = (bytes: number, operations: number): number =>
  2 * bytes + 4096 * (pagesBeside + pagesAnOperation * operations);

const pagesOf = ({ treeBranchPageCount, treeLeafPageCount, overflowPages }: Stats): number =>
  treeBranchPageCount + treeLeafPageCount + overflowPages;

/** The error that the system would have thrown. */
export function noRoom(): Error {
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
}
