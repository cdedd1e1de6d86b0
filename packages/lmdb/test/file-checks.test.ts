import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isInputOutputError, lmdbFaultOf } from '../src/faults.ts';
import { expectWholeFile, prepareDirectory, proveRoom } from '../src/file-checks.ts';

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
  expect([isInputOutputError(failure('EIO')), isInputOutputError(failure('ENOSPC'))]).toEqual([true, false]);
});
