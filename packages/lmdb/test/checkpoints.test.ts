import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@inkwire/base';
import type { RootDatabase } from 'lmdb';
import { expect, it } from 'vitest';
import { openDataFile, StoreErrors } from '../src/index.ts';
import { temporaryDirectory } from './temporary-directory.ts';

class NotesError extends CodedError {}

type Flushable = RootDatabase & { sync(done: (error?: Error) => void): void };

/** A data file of durability `relaxed` whose flushes fail while `fault` is set. */
async function openRelaxed(directory: string) {
  const disk: { fault?: Error; closeFault?: Error; close?: () => Promise<void> } = {};
  const file = await openDataFile({
    directory,
    durability: 'relaxed',
    format: 'test 1',
    errors: new StoreErrors(directory, {
      type: NotesError,
      codes: {
        full: 'FULL',
        unwritable: 'UNWRITABLE',
        damaged: 'DAMAGED',
        foreign: 'FOREIGN',
        failed: 'FAILED',
      },
      messages: { full: '', unwritable: '', failed: '' },
    }),
    open(root) {
      disk.close = root.close.bind(root);
      root.close = () => (disk.closeFault ? Promise.reject(disk.closeFault) : disk.close!());
      const flush = (root as Flushable).sync.bind(root);
      Object.assign(root, {
        sync: (done: (error?: Error) => void) => (disk.fault ? done(disk.fault) : flush(done)),
      });
      return { notes: root.openDB<string, string>({ name: 'notes', encoding: 'string' }) };
    },
  });
  const keep = (key: string) =>
    file.committer.commit(() => void file.databases.notes.put(key, 'a note'), 10, 1);
  return { file, disk, keep };
}

it('the file `relaxed` is removed by a close, but not when what was committed could not be flushed', async () => {
  const directory = await temporaryDirectory();
  const relaxed = join(directory, 'relaxed');
  const failing = await openRelaxed(directory);
  expect(existsSync(relaxed)).toBe(true);
  await failing.keep('a');
  failing.disk.fault = new Error('no disk');
  await failing.file.close();
  expect(existsSync(relaxed)).toBe(true);

  const sound = await openRelaxed(directory);
  expect(sound.file.databases.notes.get('a')).toBe('a note');
  await sound.keep('b');
  await sound.file.close();
  expect(existsSync(relaxed)).toBe(false);
});

/** The files of a directory that this process has open; undefined where the system does not say. */
function openFiles(directory: string): readonly string[] | undefined {
  const handles = '/proc/self/fd';
  if (!existsSync(handles)) return undefined;
  const target = (handle: string) => {
    try {
      return readlinkSync(join(handles, handle));
    } catch {
      return '';
    }
  };
  return readdirSync(handles)
    .map(target)
    .filter((path) => path.startsWith(directory));
}

it('a close that LMDB rejects leaves no file of the checkpoints open', async () => {
  const directory = await temporaryDirectory();
  const { file, disk } = await openRelaxed(directory);
  const before = openFiles(directory);
  disk.closeFault = new Error('LMDB does not close');
  await expect(file.close()).rejects.toThrow('LMDB does not close');
  const closed = (before?.length ?? 2) - (openFiles(directory)?.length ?? 0);
  expect(closed).toBe(2);
  await disk.close!();
});
