import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  CheckpointFile,
  readLeftBehind,
  removeCheckpoints,
  restoreCheckpoint,
} from '../src/checkpoint-file.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const pageBytes = 4096;

/** The beginning of LMDB's meta page of a transaction; its header is filled with that number. */
function metaPage(transaction: number): Buffer {
  const page = Buffer.alloc(168);
  page.fill(transaction, 0, 24);
  page.writeUInt32LE(0xbeefc0de, 24);
  page.writeUInt32LE(2, 28);
  page.writeUInt32LE(pageBytes, 48);
  page.writeBigUInt64LE(BigInt(transaction), 152);
  return page;
}

const transactionIn = (bytes: Buffer, at: number) => Number(bytes.readBigUInt64LE(at + 152));

async function newestIn(directory: string): Promise<number | undefined> {
  const checkpoint = (await readLeftBehind(directory))?.checkpoint;
  return checkpoint && transactionIn(checkpoint, 0);
}

it('writes each checkpoint over the older of two, and the newer that is sound counts', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, 'relaxed');
  const file = await CheckpointFile.create(directory, metaPage(5));
  const found = [];
  for (const next of [6, 7, 8]) {
    found.push(await newestIn(directory));
    await file.write(metaPage(next));
    const bytes = await readFile(path);
    found.push([transactionIn(bytes, 512 + 4), transactionIn(bytes, 1024 + 4)]);
  }
  await file.close();
  expect(found).toEqual([5, [5, 6], 6, [7, 6], 7, [7, 8]]);
  expect(await newestIn(directory)).toBe(8);
  const bytes = await readFile(path);
  bytes[1024 + 100]! ^= 1;
  await writeFile(path, bytes);
  expect(await newestIn(directory)).toBe(7);
  await writeFile(path, bytes.subarray(0, 600));
  expect(await newestIn(directory)).toBeUndefined();
});

it('takes no page for a checkpoint that is none of LMDB’s', async () => {
  const directory = await temporaryDirectory();
  await (await CheckpointFile.create(directory, Buffer.alloc(168, 7))).close();
  expect(await readLeftBehind(directory)).toMatchObject({ checkpoint: undefined });
});

it('there is nothing left behind without the file, and a failure where it cannot be read', async () => {
  const directory = await temporaryDirectory();
  expect(await readLeftBehind(directory)).toBeUndefined();
  await removeCheckpoints(directory);
  await mkdir(join(directory, 'relaxed'));
  await expect(readLeftBehind(directory)).rejects.toMatchObject({ code: 'EISDIR' });
});

it('restores a checkpoint in both places, and no page’s header', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, 'data.mdb');
  const data = Buffer.alloc(3 * pageBytes, 0xaa);
  await writeFile(path, data);
  await restoreCheckpoint(directory, metaPage(5));
  for (const at of [0, pageBytes]) metaPage(5).copy(data, at + 24, 24);
  expect((await readFile(path)).equals(data)).toBe(true);
  await expect(restoreCheckpoint(directory, Buffer.alloc(168))).rejects.toThrow(TypeError);
  expect((await readFile(path)).equals(data)).toBe(true);
  expect(await readdir(directory)).toEqual(['data.mdb']);
});
