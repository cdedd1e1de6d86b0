import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { messageOf, systemCode } from '@inkwire/base';
import type { AdmittedClient } from '../allocator/options.ts';
import { PoolError } from '../errors.ts';

/*
 * The files of a store, beside the path that names it. Each epoch has its own two, so that nobody writes over another's:
 *
 *     PATH.7.claim   empty, made with O_EXCL: epoch 7 is somebody's
 *     PATH.7         its state, replaced as a whole: write PATH.7.new ─▶ fsync ─▶ rename ─▶ fsync the directory
 *
 *     opening:  claim ─▶ read the newest earlier state ─▶ write it as one's own ─▶ look for a later claim ─▶ remove what is earlier
 *     writing:  write one's own ─▶ look for a later claim
 *
 * Each side first says and then looks, as in Dekker's algorithm (Dijkstra, EWD 123, §2.1): either the writer sees the claim,
 * and rejects, or the claim came later, and whoever made it reads what was written. Claims are never renamed: a listing
 * may miss a name that is being renamed.
 *
 * A claim without a state, or with one that is cut, is that of an opener that crashed or is not so far yet: the state
 * before it holds. An earlier epoch is removed claim first, so that a state that is not there, of a claim that is, was never
 * written. A state is JSON; PATH itself, if there, is one of the time when one file served all epochs:
 *
 *     {"format":"inkwire-leases-1","epoch":7,"isComplete":true,"clients":[{"name":"web-1","incarnation":"…","floor":2}]}
 */

const format = 'inkwire-leases-1';

/** The state of an epoch on disk. */
export interface StoreState {
  readonly epoch: number;
  readonly isComplete: boolean;
  readonly clients: readonly AdmittedClient[];
}

/** Its methods reject with `POOL_STORE_FAILED`, and those that read with `POOL_STORE_DAMAGED`. */
export class EpochFiles {
  readonly path: string;
  readonly #folder: string;
  readonly #pattern: RegExp;

  constructor(path: string) {
    this.path = resolve(path);
    this.#folder = dirname(this.path);
    const name = basename(this.path).replaceAll(/[^\w]/g, '\\$&');
    this.#pattern = new RegExp(`^${name}\\.(\\d{1,15})(\\.claim|\\.new)?$`);
  }

  /** Makes the claim of an epoch above every earlier one; of `firstEpoch` where there is none. */
  async claim(firstEpoch: number): Promise<number> {
    const single = await this.#readUnlessDamaged(this.path);
    const newest = Math.max((await this.newest()) ?? 0, single?.epoch ?? 0);
    let epoch = newest === 0 ? firstEpoch : newest + 1;
    while (!(await this.#create(this.#claimOf(epoch)))) epoch++;
    return epoch;
  }

  /** Takes a claim back that came to nothing. */
  async unclaim(epoch: number): Promise<void> {
    await rm(this.#claimOf(epoch), { force: true }).catch(() => {});
  }

  /** The latest epoch that was claimed. */
  async newest(): Promise<number | undefined> {
    return (await this.#epochs())[0];
  }

  /** The newest state of an epoch before this one. */
  async readBefore(epoch: number): Promise<StoreState | undefined> {
    // First: whoever removes it has written another, which is found then.
    const single = await this.#readUnlessDamaged(this.path);
    for (;;) {
      const found = await this.#readNumbered(epoch);
      if (found === 'removed') continue;
      if (single !== undefined && single.epoch > (found?.epoch ?? 0)) return single;
      // Nothing holds: what is there and cannot be read is not to be written over.
      return found ?? this.#read(this.path);
    }
  }

  /** Answers `removed` when a state was removed before it was read: then there is a newer one. */
  async #readNumbered(before: number): Promise<StoreState | 'removed' | undefined> {
    let damage: unknown;
    for (const epoch of await this.#epochs()) {
      if (epoch >= before) continue;
      try {
        const state = await this.#read(this.#stateOf(epoch));
        if (state !== undefined) return { ...state, epoch };
        if (!(await this.#exists(this.#claimOf(epoch)))) return 'removed';
      } catch (error) {
        if (!isDamage(error)) throw error;
        damage ??= error;
      }
    }
    if (damage !== undefined && (await this.#readUnlessDamaged(this.path)) === undefined) throw damage;
    return undefined;
  }

  /** Replaces the state of its epoch, durably. */
  async write(state: StoreState): Promise<void> {
    const file = this.#stateOf(state.epoch);
    const beside = `${file}.new`;
    try {
      await writeDurably(beside, `${JSON.stringify({ format, ...state })}\n`);
      await rename(beside, file);
      await syncDirectory(this.#folder);
    } catch (cause) {
      await rm(beside, { force: true }).catch(() => {});
      throw failed(file, 'written', cause);
    }
  }

  /** Removes what is of earlier epochs. */
  async removeBefore(epoch: number): Promise<void> {
    try {
      for (const { epoch: earlier } of await this.#list()) {
        if (earlier >= epoch) continue;
        for (const file of [this.#claimOf(earlier), this.#stateOf(earlier), `${this.#stateOf(earlier)}.new`])
          await rm(file, { force: true });
      }
      await rm(this.path, { force: true });
      await syncDirectory(this.#folder);
    } catch (cause) {
      throw failed(this.path, 'cleared of earlier epochs', cause);
    }
  }

  #stateOf(epoch: number): string {
    return `${this.path}.${epoch}`;
  }

  #claimOf(epoch: number): string {
    return `${this.path}.${epoch}.claim`;
  }

  /** Those that have a claim or a state, the latest first. */
  async #epochs(): Promise<number[]> {
    const epochs = (await this.#list()).flatMap(({ epoch, suffix }) => (suffix === '.new' ? [] : [epoch]));
    return [...new Set(epochs)].sort((a, b) => b - a);
  }

  async #list(): Promise<{ epoch: number; suffix: string }[]> {
    try {
      const names = await readdir(this.#folder);
      return names.flatMap((name) => {
        const [, epoch, suffix = ''] = this.#pattern.exec(name) ?? [];
        return epoch === undefined ? [] : [{ epoch: Number(epoch), suffix }];
      });
    } catch (cause) {
      throw failed(this.path, 'looked for', cause);
    }
  }

  /** Answers whether it made the file; false where there is one. */
  async #create(file: string): Promise<boolean> {
    try {
      await (await open(file, 'wx', 0o600)).close();
      return true;
    } catch (cause) {
      if (systemCode(cause) === 'EEXIST') return false;
      throw failed(file, 'made', cause);
    }
  }

  async #exists(file: string): Promise<boolean> {
    try {
      await stat(file);
      return true;
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return false;
      throw failed(file, 'looked for', cause);
    }
  }

  async #read(file: string): Promise<StoreState | undefined> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return undefined;
      throw failed(file, 'read', cause);
    }
    try {
      return parse(text);
    } catch (cause) {
      const message = `${file} is not what an allocator keeps: ${messageOf(cause)}`;
      throw new PoolError('POOL_STORE_DAMAGED', message, { cause });
    }
  }

  async #readUnlessDamaged(file: string): Promise<StoreState | undefined> {
    try {
      return await this.#read(file);
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  }
}

const isDamage = (error: unknown) => error instanceof PoolError && error.code === 'POOL_STORE_DAMAGED';

function parse(text: string): StoreState {
  const state = JSON.parse(text);
  if (state?.format !== format) throw new TypeError(`its format is not ${format}`);
  const { epoch, isComplete, clients } = state;
  if (!Number.isSafeInteger(epoch) || epoch < 1) throw new TypeError('its epoch is not a positive integer');
  if (typeof isComplete !== 'boolean' || !Array.isArray(clients) || !clients.every(isClient))
    throw new TypeError('its clients are not a list of names, incarnations and floors');
  return { epoch, isComplete, clients };
}

function isClient(client: AdmittedClient | null): client is AdmittedClient {
  if (typeof client?.name !== 'string' || typeof client.incarnation !== 'string') return false;
  return Number.isSafeInteger(client.floor) && client.floor >= 0;
}

async function writeDurably(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function failed(file: string, what: string, cause: unknown): PoolError {
  return new PoolError('POOL_STORE_FAILED', `${file} could not be ${what}: ${messageOf(cause)}`, {
    cause,
    retryable: true,
  });
}
