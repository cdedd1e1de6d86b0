import { existsSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flushDirectory, makeDirectory } from '@inkwire/base/node';
import { open, type RootDatabase } from 'lmdb';
import { readLeftBehind } from './checkpoint-file.ts';
import { maxDatabases } from './data-file.ts';
import { expectWholeFile, prepareDirectory } from './file-checks.ts';
import { holdersOf } from './holders.ts';
import type { StoreErrors } from './store-errors.ts';

/** A data file, and the format that it must have. */
export interface DataFileCheck {
  /** Holds `data.mdb`, which is not changed; other processes may write to it meanwhile. */
  readonly directory: string;
  readonly format: string;
  readonly errors: StoreErrors;
}

/** What is copied, and where to. */
export interface BackupOptions extends DataFileCheck {
  /** An empty directory, or one that is created. */
  readonly to: string;
}

/** Whether there is a data file. Rejects unless an opening would take it, with what the opening would say. */
export async function checkDataFile(options: DataFileCheck): Promise<boolean> {
  if (!existsSync(join(options.directory, 'data.mdb'))) return false;
  await explained(options.errors, async () => (await openToRead(options)).close());
  return true;
}

/**
 * Copies a data file while other processes write to it: one snapshot, without the pages that nothing uses. The copy is on the disk and every
 * page of it was checked when this resolves. Until then pages that are freed are not used again, so the file may grow.
 */
export async function backupDataFile(options: BackupOptions): Promise<void> {
  const { to, errors } = options;
  await explained(errors, async () => {
    const root = await openToRead(options);
    try {
      await makeDirectory(to, { mode: 0o700 });
      await root.backup(to, true);
    } finally {
      await root.close();
    }
    await using copy = await openFile(join(to, 'data.mdb'), 'r+');
    await copy.sync();
    await flushDirectory(to);
    await expectWholeFile(to, { refuse: (fault) => errors.of(fault), everyPage: true });
  });
}

async function openToRead({ directory, format, errors }: DataFileCheck): Promise<RootDatabase> {
  // The system drops all locks of a process on a file when it closes any of its descriptors.
  if ((await holdersOf(directory))?.includes(process.pid))
    throw new TypeError(`Expected ${directory} not to be open in this process: copy it from another one`);
  // LMDB would make a missing lock file with holes.
  await prepareDirectory(directory);
  const left = await readLeftBehind(directory);
  if (left?.boot === 'other')
    throw errors.of('failed', 'the machine has stopped since it was written; let the server open it first');
  await expectWholeFile(directory, { refuse: (fault) => errors.of(fault) });
  const root = open({ path: directory, noSubdir: false, maxDbs: maxDatabases, readOnly: true });
  if (formatOf(root) === format) return root;
  await root.close();
  throw errors.of('foreign');
}

async function explained<T>(errors: StoreErrors, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw errors.from(error);
  }
}

function formatOf(root: RootDatabase): string | undefined {
  if (![...root.getKeys({ limit: maxDatabases })].includes('about')) return undefined;
  const format = root.openDB<Uint8Array, string>({ name: 'about', encoding: 'binary' }).get('format');
  return format && Buffer.from(format).toString();
}
