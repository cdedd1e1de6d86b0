import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, systemCode } from '@inkwire/base';
import type { AdmittedClient } from '../allocator/options.ts';
import { PoolError } from '../errors.ts';
import type { LeaseStore } from './store.ts';

/**
 * A store in one small file, which is replaced as a whole:
 *
 *     write PATH.EPOCH.new ─▶ fsync it ─▶ rename it to PATH ─▶ fsync the directory
 *
 * so that PATH is the state before or after, whatever happens in between. Those that ask while a write is under way share
 * the next one. The file is JSON:
 *
 *     {"format":"inkwire-leases-1","epoch":7,"isComplete":true,"clients":[{"name":"web-1","incarnation":"…","floor":2}]}
 */

const format = 'inkwire-leases-1';

interface Content {
  readonly epoch: number;
  readonly isComplete: boolean;
  readonly clients: readonly AdmittedClient[];
}

/**
 * Opens the store at `path` and begins a new epoch in it. A file that is not there is made, and begins with the seconds
 * since 1970, above whatever an earlier file that was lost had come to. One allocator at a time may use a path: an
 * earlier one that still runs finds out when it next writes, or hears of the epoch from a client.
 *
 * Rejects with `POOL_STORE_DAMAGED` or `POOL_STORE_FAILED`.
 */
export async function openFileStore(
  path: string,
  options: { readonly now?: () => number } = {},
): Promise<LeaseStore> {
  const { now = Date.now } = options;
  const file = resolve(path);
  const found = await readContent(file);
  const fresh = { epoch: Math.floor(now() / 1000), isComplete: false, clients: [] };
  const content = found === undefined ? fresh : { ...found, epoch: found.epoch + 1 };
  await replace(file, content);
  return new FileStore(file, content);
}

class FileStore implements LeaseStore {
  readonly epoch: number;
  readonly clients: readonly AdmittedClient[];
  readonly isComplete: boolean;
  readonly #file: string;
  readonly #admitted: Map<string, AdmittedClient>;
  #isComplete: boolean;
  #writing: Promise<void> | undefined;
  /** The write that begins when the one under way has ended. */
  #next: Promise<void> | undefined;

  constructor(file: string, { epoch, isComplete, clients }: Content) {
    this.#file = file;
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

  #write(): Promise<void> {
    this.#next ??= (async () => {
      await this.#writing?.catch(() => {});
      this.#writing = this.#next;
      this.#next = undefined;
      await this.#replace();
    })();
    return this.#next;
  }

  async #replace(): Promise<void> {
    const found = await readContent(this.#file);
    if (found?.epoch !== this.epoch) {
      const what = `${this.#file} is in epoch ${found?.epoch ?? 'none'}, and not in ${this.epoch}`;
      throw new PoolError('POOL_ALLOCATOR_SUPERSEDED', `Another allocator has taken over: ${what}`);
    }
    await replace(this.#file, {
      epoch: this.epoch,
      isComplete: this.#isComplete,
      clients: [...this.#admitted.values()],
    });
  }
}

const keyOf = ({ name, incarnation }: AdmittedClient) => `${name}\n${incarnation}`;

async function readContent(file: string): Promise<Content | undefined> {
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
    throw new PoolError('POOL_STORE_DAMAGED', `${file} is not what an allocator keeps: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function parse(text: string): Content {
  const content = JSON.parse(text);
  if (content?.format !== format) throw new TypeError(`its format is not ${format}`);
  const { epoch, isComplete, clients } = content;
  if (!Number.isSafeInteger(epoch) || epoch < 1) throw new TypeError('its epoch is not a positive integer');
  if (typeof isComplete !== 'boolean' || !Array.isArray(clients) || !clients.every(isClient))
    throw new TypeError('its clients are not a list of names, incarnations and floors');
  return { epoch, isComplete, clients };
}

function isClient(client: AdmittedClient | null): client is AdmittedClient {
  if (typeof client?.name !== 'string' || typeof client.incarnation !== 'string') return false;
  return Number.isSafeInteger(client.floor) && client.floor >= 0;
}

async function replace(file: string, content: Content): Promise<void> {
  const beside = `${file}.${content.epoch}.new`;
  try {
    await writeDurably(beside, `${JSON.stringify({ format, ...content })}\n`);
    await rename(beside, file);
    await syncDirectory(dirname(file));
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => {});
    throw failed(file, 'written', cause);
  }
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
