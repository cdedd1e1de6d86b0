import { rootOf, treeBytes } from './page-tree.ts';

/*
 * The first two pages of an LMDB data file (format 2, lmdb-js 3.5) say what is valid: transaction `n` writes page `n & 1`, and
 * the newer counts. Such a page begins with 24 bytes of page header, which never change, then
 *
 *     24 magic u32 · 28 version u32 · 32 address · 40 map size · 48 tree of free pages · 96 tree of databases ·
 *     144 last page u64 · 152 transaction u64 · 160 boot i64
 *
 * The first four bytes of the tree of free pages are the size of a page.
 */

/** The number of bytes of a page that are read. */
export const metaPageBytes = 168;
const metaAt = 24;

/** The fields of a meta page. */
export interface MetaPage {
  readonly pageBytes: number;
  /** Of the free pages and of the databases. */
  readonly roots: readonly bigint[];
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

/** Reads the beginning of a meta page, or says what is wrong with it. */
export function readMeta(page: Buffer): MetaPage | 'damaged' | 'foreign' {
  if (page.length < metaPageBytes) return 'damaged';
  const pageBytes = page.readUInt32LE(48);
  if (page.readUInt32LE(metaAt) !== 0xbeefc0de || pageBytes < 512 || pageBytes > 65_536) return 'damaged';
  if (page.readUInt16LE(28) !== 2) return 'foreign';
  return {
    pageBytes,
    roots: [48, 48 + treeBytes].map((at) => rootOf(page.subarray(at))),
    lastPage: page.readBigUInt64LE(144),
    transaction: page.readBigUInt64LE(152),
  };
}

export const newerMeta = (one: MetaPage, other: MetaPage): MetaPage =>
  other.transaction > one.transaction ? other : one;
