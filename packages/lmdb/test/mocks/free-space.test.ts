import type { Database, RootDatabase } from 'lmdb';
import { beforeEach, expect, it, vi } from 'vitest';
import { FreeSpace } from '../../src/free-space.ts';

const disk = vi.hoisted(() => ({ bavail: 0, blocks: 0, bsize: 4096 }));
vi.mock('node:fs', () => ({ statfsSync: () => ({ ...disk }) }));

/** The pages that a transaction of nothing takes. */
const least = 24;
const gib = 2 ** 18;

let nowMs: number;
let space: FreeSpace;
const stats = (treeBranchPageCount: number, treeLeafPageCount: number, overflowPages: number) => ({
  treeBranchPageCount,
  treeLeafPageCount,
  overflowPages,
});
let lastPageNumber: number;
beforeEach(() => {
  nowMs = 5000;
  const root = {
    getStats: () => ({ pageSize: 4096, lastPageNumber, root: stats(1, 2, 0), free: stats(0, 5, 0) }),
  } as unknown as RootDatabase;
  const notes = { getStats: () => stats(10, 20, 40) } as unknown as Database;
  space = new FreeSpace('/', root, [notes], () => nowMs);
});

/** Sets what the disk has for a transaction, beside what it keeps free. */
function setRoom(pages: number, blocks = 16 * gib): void {
  const reserve = Math.min(2 ** 14, blocks / 16);
  Object.assign(disk, { blocks, bavail: reserve + 4 * pages });
}

it.each([
  ['nothing', 0, 0, least],
  ['an operation', 0, 1, least + 8],
  ['a page of bytes', 4096, 0, least + 2],
])(
  'the disk has room for %s when a quarter of what is free, beside a reserve, is enough',
  (_, bytes, operations, pages) => {
    for (const blocks of [16 * gib, gib / 4]) {
      setRoom(pages, blocks);
      nowMs += 2000;
      expect(space.fitsDisk(bytes, operations)).toBe(true);
      setRoom(pages - 1, blocks);
      nowMs += 2000;
      expect(space.fitsDisk(bytes, operations)).toBe(false);
    }
  },
);

it('asks the disk again when what it had is used, or was measured more than a second ago', () => {
  setRoom(2 * least);
  expect(space.fitsDisk(0, 0)).toBe(true);
  setRoom(0);
  nowMs += 1000;
  // What it had a second ago is enough for one more.
  expect([space.fitsDisk(0, 0), space.fitsDisk(0, 0)]).toEqual([true, false]);
  setRoom(3 * least);
  expect(space.fitsDisk(0, 0)).toBe(true);
  setRoom(0);
  nowMs += 1001;
  expect(space.fitsDisk(0, 0)).toBe(false);
});

it.each([
  [0, 0, least],
  [0, 1, least + 8],
  [4096, 0, least + 2],
])(
  'the file has room for %i bytes in %i operations in the pages that no tree has',
  (bytes, operations, pages) => {
    const used = 2 + (1 + 2) + 5 + (10 + 20 + 40);
    lastPageNumber = used + pages - 1;
    expect(space.fitsFile(bytes, operations)).toBe(true);
    lastPageNumber--;
    expect(space.fitsFile(bytes, operations)).toBe(false);
  },
);
