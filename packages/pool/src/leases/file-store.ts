import { type AdmittedClient, clientKey } from '../allocator/options.ts';
import { PoolError } from '../errors.ts';
import { EpochFiles, type StoreState } from './epoch-files.ts';
import type { LeaseStore } from './store.ts';

/**
 * Opens the store at `path`, in files beside it, and begins a new epoch in it. If there is none, it creates one that begins
 * with the seconds since 1970, above the epochs of an earlier one that was lost. One allocator at a time may use a path: an
 * earlier one that still runs notices the later epoch when it next writes, or when a client reports it. If several open the
 * path at the same time, only the last succeeds.
 *
 * Rejects with `POOL_STORE_DAMAGED`, `POOL_STORE_FAILED` or `POOL_ALLOCATOR_SUPERSEDED`.
 */
export async function openFileStore(
  path: string,
  options: { readonly now?: () => number } = {},
): Promise<LeaseStore> {
  const { now = Date.now } = options;
  const files = new EpochFiles(path);
  const epoch = await files.claim(Math.floor(now() / 1000));
  let found: StoreState | undefined;
  try {
    found = await files.readBefore(epoch);
  } catch (error) {
    await files.unclaim(epoch);
    throw error;
  }
  const state = { isComplete: false, clients: [], ...found, epoch };
  await writeOwn(files, state);
  await files.removeBefore(epoch);
  return new FileStore(files, state);
}

/** Those that ask while a write is under way share the next one. */
class FileStore implements LeaseStore {
  readonly epoch: number;
  readonly clients: readonly AdmittedClient[];
  readonly isComplete: boolean;
  readonly #files: EpochFiles;
  readonly #admitted: Map<string, AdmittedClient>;
  #isComplete: boolean;
  #writing: Promise<void> | undefined;
  /** The write that begins when the one under way has ended. */
  #next: Promise<void> | undefined;

  constructor(files: EpochFiles, { epoch, isComplete, clients }: StoreState) {
    this.#files = files;
    this.epoch = epoch;
    this.clients = clients;
    this.isComplete = isComplete;
    this.#isComplete = isComplete;
    this.#admitted = new Map(clients.map((client) => [keyOf(client), client]));
  }

  admit(client: AdmittedClient): Promise<void> {
    this.#admitted.set(keyOf(client), client);
    return this.#write();
  }

  async forget(client: AdmittedClient): Promise<void> {
    if (this.#admitted.delete(keyOf(client))) await this.#write();
  }

  complete(): Promise<void> {
    this.#isComplete = true;
    return this.#write();
  }

  async newestEpoch(): Promise<number> {
    return Math.max(this.epoch, (await this.#files.newest()) ?? 0);
  }

  #write(): Promise<void> {
    this.#next ??= (async () => {
      await this.#writing?.catch(() => {});
      this.#writing = this.#next;
      this.#next = undefined;
      const clients = [...this.#admitted.values()];
      await writeOwn(this.#files, { epoch: this.epoch, isComplete: this.#isComplete, clients });
    })();
    return this.#next;
  }
}

/** Writes a state, and looks afterwards whether it counts: see `EpochFiles`. */
async function writeOwn(files: EpochFiles, state: StoreState): Promise<void> {
  const [written] = await Promise.allSettled([files.write(state)]);
  const newest = (await files.newest()) ?? 0;
  if (newest > state.epoch) {
    const what = `${files.path} is in epoch ${newest}, and not in ${state.epoch}`;
    throw new PoolError('POOL_ALLOCATOR_SUPERSEDED', `Another allocator has taken over: ${what}`);
  }
  if (written.status === 'rejected') throw written.reason;
}

const keyOf = ({ name, incarnation }: AdmittedClient) => clientKey(name, incarnation);
