import { open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flushDirectory, makeDirectory } from '@inkwire/base/node';
import { open, type RootDatabase } from 'lmdb';
import { readLeftBehind } from './checkpoint-file.ts';
import { maxDatabases } from './data-file.ts';
import { expectWholeFile } from './file-checks.ts';
import type { StoreErrors } from './store-errors.ts';

/** What is copied, and where to. */
export interface BackupOptions {
  /** Holds `data.mdb`. It is not changed, and other processes may write to it meanwhile. */
  readonly directory: string;
  /** An empty directory, or one that is created. */
  readonly to: string;
  /** The format that the file must have. */
  readonly format: string;
  readonly errors: StoreErrors;
}

/**
 * Copies a data file while others write to it: one snapshot, without the pages that nothing uses. The copy is on the disk and every
 * page of it was checked when this resolves. Until then pages that are freed are not used again, so the file may grow.
 */
export async function backupDataFile({ directory, to, format, errors }: BackupOptions): Promise<void> {
  const refuse = (fault: 'damaged' | 'foreign') => errors.of(fault);
  let root: RootDatabase | undefined;
  try {
    const left = await readLeftBehind(directory);
    if (left?.boot === 'other')
      throw new Error('the machine has stopped since it was written; let the server open it first');
    await expectWholeFile(directory, { refuse });
    root = open({ path: directory, noSubdir: false, maxDbs: maxDatabases, readOnly: true });
    if (formatOf(root) !== format) throw errors.of('foreign');
    await makeDirectory(to, { mode: 0o700 });
    await root.backup(to, true);
    await root.close();
    root = undefined;
    await using copy = await openFile(join(to, 'data.mdb'), 'r+');
    await copy.sync();
    await flushDirectory(to);
    await expectWholeFile(to, { refuse, everyPage: true });
  } catch (error) {
    await root?.close();
    throw error instanceof Error && !('code' in error) ? errors.of('failed', error) : errors.from(error);
  }
}

function formatOf(root: RootDatabase): string | undefined {
  if (![...root.getKeys({ limit: maxDatabases })].includes('about')) return undefined;
  const format = root.openDB<Uint8Array, string>({ name: 'about', encoding: 'binary' }).get('format');
  return format && Buffer.from(format).toString();
}
