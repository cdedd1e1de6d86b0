import { expectWholeLmdbFile, prepareLmdbDirectory } from '@inkwire/base/node';
import { type Database, open, type RootDatabase } from 'lmdb';
import { readingsError, toReadingsError } from './lmdb-errors.ts';
import { format } from './record.ts';

/** The databases inside the data file; `record.ts` says what they hold. */
export interface Store {
  readonly root: RootDatabase;
  readonly readings: Database<string, string>;
  readonly pictures: Database<Uint8Array, string>;
  readonly prepared: Database<Uint8Array, string>;
}

const maxDatabases = 8;

/** Opens the data file, creates what is missing, and refuses what is damaged or somebody else's. */
export async function openStore(directory: string): Promise<Store> {
  let root: RootDatabase | undefined;
  try {
    await prepareLmdbDirectory(directory);
    await expectWholeLmdbFile(directory, { refuse: (fault) => readingsError(fault, directory) });
    root = openRoot(directory);
    return openDatabases(root, directory);
  } catch (error) {
    await root?.close();
    throw toReadingsError(error, directory);
  }
}

function openRoot(directory: string): RootDatabase {
  return open({
    path: directory,
    noSubdir: false,
    maxDbs: maxDatabases,
    // LMDB's classic commit: write, fdatasync, then the meta page, then done. lmdb-js's overlapping sync acknowledges
    // before the disk has it, and measured no faster (0.73 ms a commit against 0.64, on a virtual disk).
    overlappingSync: false,
    // The commit queue gathers writes itself; with lmdb-js's own gathering, a commit that fails also rejects a promise
    // that nobody holds, which would end the process.
    eventTurnBatching: false,
  });
}

function openDatabases(root: RootDatabase, directory: string): Store {
  claim(root, directory);
  return {
    root,
    readings: root.openDB({ name: 'readings', encoding: 'string' }),
    pictures: root.openDB({ name: 'pictures', encoding: 'binary' }),
    prepared: root.openDB({ name: 'prepared', encoding: 'binary' }),
  };
}

/** Writes our name into an empty data file before anything else, so that a kill in between leaves no doubt. */
function claim(root: RootDatabase, directory: string): void {
  const names = [...root.getKeys({ limit: maxDatabases })];
  if (names.length > 0 && !names.includes('about')) throw readingsError('foreign', directory);
  const about = root.openDB<string, string>({ name: 'about', encoding: 'string' });
  const found = about.get('format');
  if (found === format) return;
  if (found !== undefined || names.length > 1) throw readingsError('foreign', directory);
  about.putSync('format', format);
}
