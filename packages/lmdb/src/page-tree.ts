/**
 * Walks the pages of an LMDB data file (format 2) without LMDB, which maps the file and dies of a page that is not there.
 *
 *     page   0 number u64 · 8 txn u64 · 16 pad u16 · 18 flags u16 · 20 2 × entries u16 · 22 … · 24 offsets u16 each
 *     node   at 24 + offset:  0 low u16 · 2 high u16 · 4 flags u16 · 6 key size u16 · 8 key, then data
 *     branch node   low, high and flags are the 48 bits of a page's number
 *     leaf node     flags 1: data is 0 first page u64 · 8 txn u64 · 16 pages u64;  flags 2: data is a tree
 *     tree   0 … · 40 root u64, all ones when empty
 */
import type { FileHandle } from 'node:fs/promises';

/** The bytes of a tree's description, in a meta page or in a leaf. */
export const treeBytes = 48;

const headerBytes = 24;
const nodeBytes = 8;
const [branchPage, leafPage] = [0x01, 0x02];
const [bigData, subTree] = [0x01, 0x02];
const empty = 2n ** 64n - 1n;

/** An open data file, its size and the size of its pages. */
export interface PageFile {
  readonly file: FileHandle;
  readonly size: number;
  readonly pageBytes: number;
}

/** The root of a tree out of its description. */
export function rootOf(tree: Buffer): bigint {
  return tree.readBigUInt64LE(40);
}

/** Whether every page that can be reached from the roots is inside the file and is what it must be. */
export async function isWhole(pages: PageFile, roots: readonly bigint[]): Promise<boolean> {
  const waiting = roots.filter((root) => root !== empty);
  let left = Math.floor(pages.size / pages.pageBytes);
  try {
    // More pages than the file has would be a circle.
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      if (left-- === 0 || !gather(await readPage(pages, next), next, pages, waiting)) return false;
    return true;
  } catch (error) {
    // An offset that points out of its page.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

async function readPage({ file, pageBytes }: PageFile, number: bigint): Promise<Buffer | undefined> {
  const offset = Number(number) * pageBytes;
  if (!Number.isSafeInteger(offset)) return undefined;
  const page = Buffer.alloc(pageBytes);
  const { bytesRead } = await file.read(page, 0, pageBytes, offset);
  return bytesRead === pageBytes ? page : undefined;
}

/** Adds the pages below this one to `waiting`. False when this is not the page that it must be. */
function gather(page: Buffer | undefined, number: bigint, pages: PageFile, waiting: bigint[]): boolean {
  if (page === undefined || page.readBigUInt64LE(0) !== number) return false;
  const isBranch = (page.readUInt16LE(18) & branchPage) !== 0;
  if (!isBranch && (page.readUInt16LE(18) & leafPage) === 0) return false;
  const nodes = page.readUInt16LE(20) >> 1;
  for (let i = 0; i < nodes; i++) {
    const node = page.subarray(headerBytes + page.readUInt16LE(headerBytes + 2 * i));
    if (isBranch) waiting.push(BigInt(node.readUIntLE(0, 6)));
    else if (!gatherLeaf(node, pages, waiting)) return false;
  }
  return true;
}

function gatherLeaf(node: Buffer, { size, pageBytes }: PageFile, waiting: bigint[]): boolean {
  const flags = node.readUInt16LE(4);
  const data = node.subarray(nodeBytes + node.readUInt16LE(6));
  if ((flags & bigData) !== 0)
    return (data.readBigUInt64LE(0) + data.readBigUInt64LE(16)) * BigInt(pageBytes) <= BigInt(size);
  if ((flags & subTree) !== 0 && rootOf(data) !== empty) waiting.push(rootOf(data));
  return true;
}
