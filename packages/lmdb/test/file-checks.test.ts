import { type FileHandle, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isInputOutputError, lmdbFaultOf } from '../src/faults.ts';
import { expectWholeFile, prepareDirectory, proveRoom } from '../src/file-checks.ts';
import { readMeta } from '../src/meta-page.ts';
import { isWhole } from '../src/page-tree.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkwire-lmdb-'));
});
afterEach(() => rm(folder, { recursive: true }));

const pageBytes = 4096;
const refuse = (fault: string) => new Error(fault);

/** A data file by hand: two meta pages, of which the second is the newer, and a leaf page, the root of the databases. */
function dataFile({ version = 2, lastPage = 2 } = {}): Buffer {
  const file = Buffer.alloc(3 * pageBytes);
  for (const [page, transaction] of [
    [0, 6],
    [1, 7],
  ] as const) {
    const at = page * pageBytes;
    file.writeBigUInt64LE(BigInt(page), at);
    file.writeUInt32LE(0xbeefc0de, at + 24);
    file.writeUInt32LE(version, at + 28);
    file.writeUInt32LE(pageBytes, at + 48);
    file.writeBigUInt64LE(2n ** 64n - 1n, at + 48 + 40);
    file.writeBigUInt64LE(2n, at + 96 + 40);
    file.writeBigUInt64LE(BigInt(lastPage), at + 144);
    file.writeBigUInt64LE(BigInt(transaction), at + 152);
  }
  file.writeBigUInt64LE(2n, 2 * pageBytes);
  file.writeUInt16LE(0x02, 2 * pageBytes + 18);
  return file;
}

const [branch, leaf] = [0x01, 0x02];
const [bigData, subTree] = [0x01, 0x02];

/** A page by hand: its nodes from its end on, and their offsets behind its header. */
function page(number: number, flags: number, nodes: readonly Buffer[] = []): Buffer {
  const bytes = Buffer.alloc(pageBytes);
  bytes.writeBigUInt64LE(BigInt(number));
  bytes.writeUInt16LE(flags, 18);
  bytes.writeUInt16LE(2 * nodes.length, 20);
  let at = pageBytes;
  for (const [i, node] of nodes.entries()) {
    at -= node.length;
    node.copy(bytes, at);
    bytes.writeUInt16LE(at - 24, 24 + 2 * i);
  }
  return bytes;
}

function below(number: number): Buffer {
  const node = Buffer.alloc(8);
  node.writeUIntLE(number, 0, 6);
  return node;
}

/** An entry of a leaf with a key of three bytes. */
function entry(flags: number, data: Buffer): Buffer {
  const node = Buffer.alloc(11);
  node.writeUInt16LE(flags, 4);
  node.writeUInt16LE(3, 6);
  return Buffer.concat([node, data]);
}

function big(first: number, pages: number): Buffer {
  const data = Buffer.alloc(24);
  data.writeBigUInt64LE(BigInt(first));
  data.writeBigUInt64LE(BigInt(pages), 16);
  return entry(bigData, data);
}

function tree(root: bigint): Buffer {
  const data = Buffer.alloc(48);
  data.writeBigUInt64LE(root, 40);
  return entry(subTree, data);
}

/** A data file whose tree is these pages, from page 2 on, which is its root. */
const fileOf = (...pages: readonly Buffer[]) =>
  Buffer.concat([dataFile({ lastPage: pages.length + 1 }).subarray(0, 2 * pageBytes), ...pages]);

async function faultOf(bytes: Buffer, everyPage = false): Promise<string | undefined> {
  await writeFile(join(folder, 'data.mdb'), bytes);
  return expectWholeFile(folder, { refuse, everyPage }).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

it('takes a whole file, an empty one and none', async () => {
  await expectWholeFile(folder, { refuse });
  expect(await faultOf(Buffer.alloc(0))).toBeUndefined();
  expect(await faultOf(dataFile(), true)).toBeUndefined();
});

it('refuses what was cut, mixed, or is of another format', async () => {
  const whole = dataFile();
  for (const length of [1, 100, pageBytes, 2 * pageBytes - 1, 2 * pageBytes, 3 * pageBytes - 1])
    expect(await faultOf(whole.subarray(0, length))).toBe('damaged');
  expect(await faultOf(Buffer.from('not a database '.repeat(1000)))).toBe('damaged');
  expect(await faultOf(dataFile({ version: 3 }))).toBe('foreign');
  const mixed = dataFile();
  mixed.fill(0, 2 * pageBytes);
  expect(await faultOf(mixed)).toBeUndefined();
  expect(await faultOf(mixed, true)).toBe('damaged');
});

it('takes a file that is shorter than it says when every page of its trees is there', async () => {
  expect(await faultOf(dataFile({ lastPage: 9 }))).toBeUndefined();
  await truncate(join(folder, 'data.mdb'), 2 * pageBytes);
  await expect(expectWholeFile(folder, { refuse })).rejects.toThrow('damaged');
});

it('takes a tree whose every page is there, down to the last one of a long value', async () => {
  const sound = fileOf(
    page(2, branch, [below(3), below(4)]),
    page(3, leaf, [entry(0, Buffer.from('a value')), tree(5n), tree(2n ** 64n - 1n)]),
    page(4, leaf, [big(6, 2)]),
    page(5, leaf),
    Buffer.alloc(2 * pageBytes),
  );
  expect(await faultOf(sound, true)).toBeUndefined();
});

it.each<[string, readonly Buffer[]]>([
  ['whose root is another page', [page(3, leaf)]],
  ['with a page that is neither branch nor leaf', [page(2, 0)]],
  ['with a page below that is not there', [page(2, branch, [below(3)])]],
  ['with a page below that is another', [page(2, branch, [below(3)]), page(4, leaf)]],
  ['with a page below that no file has', [page(2, branch, [below(2 ** 48 - 1)])]],
  ['that is a circle', [page(2, branch, [below(3)]), page(3, branch, [below(2)])]],
  ['with a long value that is cut', [page(2, leaf, [big(3, 2)]), Buffer.alloc(pageBytes)]],
  ['with a long value behind its end', [page(2, leaf, [big(9, 1)])]],
  ['with a tree below that is not there', [page(2, leaf, [tree(3n)])]],
  ['with a broken tree below', [page(2, leaf, [tree(3n)]), page(3, 0)]],
])('refuses a file %s', async (_, pages) => {
  expect(await faultOf(fileOf(...pages), true)).toBe('damaged');
});

it('refuses a file with an entry that points out of its page', async () => {
  const outside = page(2, leaf, [entry(0, Buffer.alloc(0))]);
  outside.writeUInt16LE(0xfff0, 24);
  expect(await faultOf(fileOf(outside), true)).toBe('damaged');
});

it('does not take a disk that cannot be read for a damaged file', async () => {
  const fault = Object.assign(new Error('no disk'), { code: 'EIO' });
  const file = { read: () => Promise.reject(fault) } as unknown as FileHandle;
  await expect(isWhole({ file, size: 3 * pageBytes, pageBytes }, [2n])).rejects.toBe(fault);
});

it.each([0, 1])('reads the newer meta page, though it is page %i', async (newer) => {
  const bytes = fileOf(page(2, leaf));
  bytes.writeBigUInt64LE(9n, newer * pageBytes + 152);
  // The tree of the older one is gone.
  bytes.writeBigUInt64LE(8n, (1 - newer) * pageBytes + 96 + 40);
  expect(await faultOf(bytes, true)).toBeUndefined();
  bytes.writeBigUInt64LE(8n, newer * pageBytes + 96 + 40);
  expect(await faultOf(bytes, true)).toBe('damaged');
});

it('reads a meta page only where it has what a meta page has', () => {
  const meta = (change: (page: Buffer) => void) => {
    const bytes = Buffer.from(dataFile().subarray(0, pageBytes));
    change(bytes);
    return readMeta(bytes);
  };
  expect(meta(() => {})).toEqual({ pageBytes, roots: [2n ** 64n - 1n, 2n], lastPage: 2n, transaction: 6n });
  expect(readMeta(dataFile().subarray(0, 168))).toMatchObject({ transaction: 6n });
  expect(readMeta(dataFile().subarray(0, 167))).toBe('damaged');
  expect(meta((bytes) => bytes.writeUInt32LE(0xbeefc0df, 24))).toBe('damaged');
  for (const size of [512, 65_536])
    expect(meta((bytes) => bytes.writeUInt32LE(size, 48))).toMatchObject({ pageBytes: size });
  for (const size of [0, 511, 65_537]) expect(meta((bytes) => bytes.writeUInt32LE(size, 48))).toBe('damaged');
  for (const version of [1, 3]) expect(meta((bytes) => bytes.writeUInt16LE(version, 28))).toBe('foreign');
});

it('prepares a directory, with a lock file that has its blocks, and leaves nothing else behind', async () => {
  const directory = join(folder, 'a', 'b');
  await Promise.all([prepareDirectory(directory), prepareDirectory(directory)]);
  await proveRoom(directory, 1000);
  expect(await readdir(directory)).toEqual(['lock.mdb']);
  expect((await stat(join(directory, 'lock.mdb'))).size).toBe(16 * 1024);
});

it('tells what LMDB and the file system say apart from mistakes', () => {
  const failure = (code: string | number) => Object.assign(new Error('it failed'), { code });
  const faults = ['ENOSPC', -30792, 'EACCES', -30796, -30794, 'EIO', 'NO_SUCH_CODE', -1].map((code) =>
    lmdbFaultOf(failure(code)),
  );
  expect(faults).toEqual(['full', 'full', 'unwritable', 'damaged', 'foreign', 'failed', undefined, 'failed']);
  expect(lmdbFaultOf(new TypeError('a mistake'))).toBeUndefined();
  for (const none of [undefined, null, 'ENOSPC', { code: 'ENOSPC' }, { code: -30792 }])
    expect(lmdbFaultOf(none)).toBeUndefined();
  expect([isInputOutputError(failure('EIO')), isInputOutputError(failure('ENOSPC'))]).toEqual([true, false]);
});

it.each([
  ['full', ['ENOSPC', 'EDQUOT', 'EFBIG', -30792]],
  ['unwritable', ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'EISDIR', 'EEXIST']],
  ['damaged', [-30793, -30796, -30797, -30795]],
  ['foreign', [-30794, -30784]],
  ['failed', ['EIO', 'EMFILE', -30798]],
])('a fault is %s by each of its numbers', (fault, codes) => {
  for (const code of codes)
    expect(lmdbFaultOf(Object.assign(new Error('it failed'), { code })), String(code)).toBe(fault);
});
