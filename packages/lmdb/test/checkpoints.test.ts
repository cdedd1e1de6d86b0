import { existsSync } from 'node:fs';
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
  const disk: { fault?: Error } = {};
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
