import { readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@inkwire/base';
import { expect, it } from 'vitest';
import { backupDataFile, checkDataFile, holdersOf, openDataFile, StoreErrors } from '../src/index.ts';
import { temporaryDirectory } from './temporary-directory.ts';

class NotesError extends CodedError {}

const errorsOf = (directory: string) =>
  new StoreErrors(directory, {
    type: NotesError,
    codes: {
      full: 'FULL',
      unwritable: 'UNWRITABLE',
      damaged: 'DAMAGED',
      foreign: 'FOREIGN',
      failed: 'FAILED',
    },
    messages: { full: 'full', unwritable: 'unwritable', failed: 'failed' },
  });

const openNotes = (directory: string, format = 'notes 1') =>
  openDataFile({
    directory,
    durability: 'sync',
    format,
    errors: errorsOf(directory),
    open: (root) => ({ notes: root.openDB<string, string>({ name: 'notes', encoding: 'string' }) }),
  });

const backup = (directory: string, to: string, format = 'notes 1') =>
  backupDataFile({ directory, to, format, errors: errorsOf(directory) });

it('copies what is committed, without unused pages', async () => {
  const [directory, to] = [await temporaryDirectory(), await temporaryDirectory()];
  const file = await openNotes(directory);
  for (let i = 0; i < 200; i++) await file.databases.notes.put(String(i), 'x'.repeat(3000));
  for (let i = 1; i < 200; i++) await file.databases.notes.remove(String(i));
  await file.close();
  await backup(directory, to);
  const sizes = [directory, to].map(async (one) => (await stat(join(one, 'data.mdb'))).size);
  const [before, after] = await Promise.all(sizes);
  expect(after!).toBeLessThan(before! / 4);
  const copy = await openNotes(to);
  expect([...copy.databases.notes.getKeys()]).toEqual(['0']);
  await copy.close();
});

it.skipIf(process.platform !== 'linux')(
  'knows who has a file open, and does not take its own locks',
  async () => {
    const directory = await temporaryDirectory();
    expect(await holdersOf(directory)).toEqual([]);
    const file = await openNotes(directory);
    await expect(backup(directory, await temporaryDirectory())).rejects.toThrow(TypeError);
    expect(await holdersOf(directory)).toEqual([process.pid]);
    await file.close();
    expect(await holdersOf(directory)).toEqual([]);
  },
);

it('refuses a file of another format, one that was cut, and one that is not there', async () => {
  const [directory, to] = [await temporaryDirectory(), await temporaryDirectory()];
  const check = (format = 'notes 1') => checkDataFile({ directory, format, errors: errorsOf(directory) });
  expect(await check()).toBe(false);
  const file = await openNotes(directory);
  for (let i = 0; i < 50; i++) await file.databases.notes.put(String(i), 'x'.repeat(3000));
  await file.close();
  expect(await check()).toBe(true);
  await expect(check('others 1')).rejects.toMatchObject({ code: 'FOREIGN' });
  await expect(backup(directory, to, 'others 1')).rejects.toMatchObject({ code: 'FOREIGN' });
  await truncate(join(directory, 'data.mdb'), 60_000);
  await expect(check()).rejects.toMatchObject({ code: 'DAMAGED' });
  await expect(backup(directory, to)).rejects.toMatchObject({ code: 'DAMAGED' });
  expect(await readdir(to)).toEqual([]);
});

it('refuses a file that the machine has left behind unflushed', async () => {
  const directory = await temporaryDirectory();
  await (await openNotes(directory)).close();
  await writeFile(
    join(directory, 'relaxed'),
    Buffer.concat([Buffer.from('another boot'), Buffer.alloc(1524)]),
  );
  const check = checkDataFile({ directory, format: 'notes 1', errors: errorsOf(directory) });
  if (process.platform === 'linux') await expect(check).rejects.toMatchObject({ code: 'FAILED' });
  else expect(await check).toBe(true);
});
