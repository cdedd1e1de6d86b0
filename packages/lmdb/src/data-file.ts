import { systemClock } from '@inkwire/base';
import { type Database, open, type RootDatabase } from 'lmdb';
import { readLeftBehind, restoreCheckpoint, settleLeftBehind } from './checkpoint-file.ts';
import { Checkpoints } from './checkpoints.ts';
import { type Committer, createCommitter } from './committer.ts';
import { expectWholeFile, prepareDirectory } from './file-checks.ts';
import { FreeSpace } from './free-space.ts';
import type { StoreErrors } from './store-errors.ts';

/**
 * The moment at which a commit is done. `sync`: the disk has it (fdatasync). `relaxed`: the system has it; a flush follows in
 * the background, so a crash of the machine may cost the last transactions, each of them whole.
 */
export type Durability = 'sync' | 'relaxed';

/** The place of a data file, its contents, and how its commits reach the disk. */
export interface DataFileOptions<Databases> {
  /** Holds `data.mdb` and `lock.mdb`; created when absent. */
  readonly directory: string;
  readonly durability: Durability;
  /** The name and the version of what is kept here. It is written into a new file, and a file with another one is refused. */
  readonly format: string;
  /** Makes the errors that the opening throws. */
  readonly errors: StoreErrors;
  /** Opens the databases of the file, at most seven. */
  readonly open: (root: RootDatabase) => Databases;
}

/** An open data file. */
export interface DataFile<Databases> {
  readonly databases: Databases;
  /** The database `about`, which holds the format; the owner may keep facts of its own there. */
  readonly about: Database<Uint8Array, string>;
  readonly committer: Committer;
  /** Flushes what is committed, and closes the file. */
  close(): Promise<void>;
}

/** The most databases of one file. */
export const maxDatabases = 8;

/** Opens the data file of a directory and creates what is missing. Refuses a file that is damaged or of another format. */
export async function openDataFile<Databases extends object>(
  options: DataFileOptions<Databases>,
): Promise<DataFile<Databases>> {
  const { directory, durability, errors } = options;
  let root: RootDatabase | undefined;
  try {
    await prepareDirectory(directory);
    await recover(directory, durability, errors);
    root = openRoot(directory, durability);
    const about = claim(root, options);
    const databases = options.open(root);
    const checkpoints = durability === 'relaxed' ? await Checkpoints.begin(root, directory) : undefined;
    const all = [about, ...Object.values(databases)] as Database[];
    const space = new FreeSpace(directory, root, all, () => systemClock.monotonic());
    const committer = createCommitter(root, checkpoints, space, systemClock);
    return { databases, about, committer, close: () => closeFile(root!, committer, checkpoints) };
  } catch (error) {
    await root?.close();
    throw errors.from(error);
  }
}

/**
 * Makes sure that LMDB may open the file. After a crash of the machine the last checkpoint of `relaxed` counts. Where the
 * system does not name its boot, the checkpoint counts only when the newest state is not whole.
 */
async function recover(directory: string, durability: Durability, errors: StoreErrors): Promise<void> {
  const refuse = (fault: 'damaged' | 'foreign') => errors.of(fault);
  const left = await readLeftBehind(directory);
  if (left?.boot === 'other' && left.checkpoint) await restoreCheckpoint(directory, left.checkpoint);
  try {
    await expectWholeFile(directory, { refuse, everyPage: left !== undefined && left.boot !== 'same' });
  } catch (error) {
    if (left?.boot !== 'unknown' || left.checkpoint === undefined) throw error;
    await restoreCheckpoint(directory, left.checkpoint);
    await expectWholeFile(directory, { refuse, everyPage: true });
  }
  // `sync` takes no checkpoints: an old one must not be found after its commits.
  if (left !== undefined && durability === 'sync') await settleLeftBehind(directory);
}

function openRoot(directory: string, durability: Durability): RootDatabase {
  return open({
    path: directory,
    noSubdir: false,
    maxDbs: maxDatabases,
    // LMDB's classic commit: pages, fdatasync, the meta page, done; or the same without fdatasync. lmdb-js's overlapping
    // sync is no faster (0.73 ms a commit against 0.64, on a virtual disk); see also committer.ts.
    overlappingSync: false,
    noSync: durability === 'relaxed',
    // Operations are gathered here; lmdb-js's own gathering rejects a promise that nobody holds when a commit fails.
    eventTurnBatching: false,
  });
}

/** Writes the format into an empty data file before anything else, so that a kill in between leaves no doubt. */
function claim(
  root: RootDatabase,
  { format, errors }: Pick<DataFileOptions<unknown>, 'format' | 'errors'>,
): Database<Uint8Array, string> {
  const names = [...root.getKeys({ limit: maxDatabases })];
  if (names.length > 0 && !names.includes('about')) throw errors.of('foreign');
  const about = root.openDB<Uint8Array, string>({ name: 'about', encoding: 'binary' });
  const found = about.get('format');
  if (found !== undefined && Buffer.from(found).toString() === format) return about;
  const isOthers = found !== undefined || names.length > 1 || [...about.getKeys({ limit: 1 })].length > 0;
  if (isOthers) throw errors.of('foreign');
  about.putSync('format', Buffer.from(format));
  return about;
}

async function closeFile(
  root: RootDatabase,
  committer: Committer,
  checkpoints: Checkpoints | undefined,
): Promise<void> {
  await committer.flush();
  if (checkpoints === undefined) await root.close();
  else await checkpoints.close(() => root.close());
}
