import { systemClock } from '@inkwire/base';
import { expectWholeLmdbFile, prepareLmdbDirectory } from '@inkwire/base/node';
import { type Database, open, type RootDatabase } from 'lmdb';
import { readLeftBehind, restoreCheckpoint, settleLeftBehind } from './checkpoint-file.ts';
import { Checkpoints } from './checkpoints.ts';
import { kvError, toKvError } from './lmdb-errors.ts';
import { format, nameEncoder } from './record.ts';
import { Room } from './room.ts';

/** When a write is acknowledged; see `openLmdbTables`. */
export type Durability = 'sync' | 'relaxed';

/** The databases inside the data file; `record.ts` says what they hold. */
export interface Store {
  readonly root: RootDatabase;
  /** Of `relaxed` tables. */
  readonly checkpoints: Checkpoints | undefined;
  readonly room: Room;
  readonly about: Database<Uint8Array, string>;
  /** Its keys are written by `nameEncoder`, which lmdb-js's types know nothing of: see `named`. */
  readonly values: Database<Uint8Array, Uint8Array>;
  readonly tables: Database<Uint8Array, Uint8Array>;
  readonly expiring: Database<Uint8Array, Uint8Array>;
}

const maxDatabases = 8;
/** An option of lmdb-js that its types lack. */
const keysByName: object = { keyEncoder: nameEncoder };

/** Opens the data file, creates what is missing, and refuses what is damaged or somebody else's. */
export async function openStore(directory: string, durability: Durability): Promise<Store> {
  let root: RootDatabase | undefined;
  try {
    await prepareLmdbDirectory(directory);
    await recover(directory, durability);
    root = openRoot(directory, durability);
    const databases = openDatabases(root, directory);
    const checkpoints = durability === 'relaxed' ? await Checkpoints.begin(root, directory) : undefined;
    const all = Object.values(databases) as Database[];
    const room = new Room(directory, root, all, () => systemClock.monotonic());
    return { ...databases, root, checkpoints, room };
  } catch (error) {
    await root?.close();
    throw toKvError(error, directory);
  }
}

/**
 * Makes sure that LMDB may be let near the file. After a crash of the machine the last checkpoint of `relaxed` counts; where
 * no boot is known, it counts only when something newer is not whole.
 */
async function recover(directory: string, durability: Durability): Promise<void> {
  const refuse = (fault: 'damaged' | 'foreign') => kvError(fault, directory);
  const left = await readLeftBehind(directory);
  if (left?.boot === 'other' && left.checkpoint) await restoreCheckpoint(directory, left.checkpoint);
  try {
    await expectWholeLmdbFile(directory, { refuse, everyPage: left !== undefined && left.boot !== 'same' });
  } catch (error) {
    if (left?.boot !== 'unknown' || left.checkpoint === undefined) throw error;
    await restoreCheckpoint(directory, left.checkpoint);
    await expectWholeLmdbFile(directory, { refuse, everyPage: true });
  }
  // `sync` takes no checkpoints: an old one must not be found after its commits.
  if (left !== undefined && durability === 'sync') await settleLeftBehind(directory);
}

function openRoot(directory: string, durability: Durability): RootDatabase {
  return open({
    path: directory,
    noSubdir: false,
    maxDbs: maxDatabases,
    // LMDB's classic commit: pages, fdatasync, the meta page, done; or the same without fdatasync. See committer.ts.
    overlappingSync: false,
    noSync: durability === 'relaxed',
    // Operations are gathered here; lmdb-js's own gathering rejects a promise that nobody holds when a commit fails.
    eventTurnBatching: false,
  });
}

function openDatabases(root: RootDatabase, directory: string): Omit<Store, 'root' | 'checkpoints' | 'room'> {
  claim(root, directory);
  return {
    about: root.openDB({ name: 'about', encoding: 'binary' }),
    values: root.openDB({ name: 'values', encoding: 'binary', ...keysByName }),
    tables: root.openDB({ name: 'tables', encoding: 'binary', keyEncoding: 'binary' }),
    expiring: root.openDB({ name: 'expiring', encoding: 'binary', keyEncoding: 'binary' }),
  };
}

/** Writes our name into an empty data file before anything else, so that a kill in between leaves no doubt. */
function claim(root: RootDatabase, directory: string): void {
  const names = [...root.getKeys({ limit: maxDatabases })];
  if (names.length > 0 && !names.includes('about')) throw kvError('foreign', directory);
  const about = root.openDB<Uint8Array, string>({ name: 'about', encoding: 'binary' });
  const found = about.get('format');
  if (found !== undefined && Buffer.from(found).toString() === format) return;
  const isOthers = found !== undefined || names.length > 1 || [...about.getKeys({ limit: 1 })].length > 0;
  if (isOthers) throw kvError('foreign', directory);
  about.putSync('format', Buffer.from(format));
}
