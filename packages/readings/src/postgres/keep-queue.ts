import { setImmediate } from 'node:timers/promises';
import { Fifo } from '@inkwire/base';
import { ReadingsError } from '../errors.ts';
import { silenceError } from './postgres-errors.ts';

/** The bytes of an entry, which bound how many share a commit. */
interface Sized {
  readonly picture: Uint8Array;
  readonly prepared: Uint8Array;
}

interface Waiting<Entry, Kept> {
  readonly entry: Entry;
  readonly since: number;
  resolve(kept: Kept): void;
  reject(error: unknown): void;
}

/** Few enough not to keep the first one waiting, enough to make a commit cheap for each. */
const maxEntries = 64;
const maxBytes = 8 * 2 ** 20;

/**
 * Readings on their way into the database. What arrives while a commit is under way shares the next one: with 16 at a time
 * that is more a second than a commit for each on 16 connections, and takes one connection.
 */
export class KeepQueue<Entry extends Sized, Kept = string> {
  readonly #commit: (entries: readonly Entry[]) => Promise<readonly Kept[]>;
  readonly #timeoutMs: number;
  readonly #waiting = new Fifo<Waiting<Entry, Kept>>();
  #isCommitting = false;

  /** `commit` keeps all of them or none, and returns the answer for each: its id. An entry waits for its commit `timeoutMs` at most. */
  constructor(commit: (entries: readonly Entry[]) => Promise<readonly Kept[]>, timeoutMs: number) {
    this.#commit = commit;
    this.#timeoutMs = timeoutMs;
  }

  /** Resolves with the answer of `commit` once the entry is kept. */
  add(entry: Entry): Promise<Kept> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, since: performance.now(), resolve, reject });
      if (!this.#isCommitting) void this.#work();
    });
  }

  /** Rejects those whose commit has not begun. */
  abort(error: Error): void {
    for (let one = this.#waiting.shift(); one !== undefined; one = this.#waiting.shift()) one.reject(error);
  }

  async #work(): Promise<void> {
    this.#isCommitting = true;
    for (let batch = this.#next(); batch.length > 0; batch = this.#next()) {
      await this.#keep(batch);
      // Those who keep one reading after the other are back by then, and share the next commit with those who waited.
      await setImmediate();
    }
    this.#isCommitting = false;
  }

  async #keep(batch: readonly Waiting<Entry, Kept>[]): Promise<void> {
    try {
      const kept = await this.#commit(batch.map(({ entry }) => entry));
      for (const [i, { resolve }] of batch.entries()) resolve(kept[i]!);
    } catch (error) {
      // Perhaps the database does not accept one of them, as a width that is no integer. The others are not to suffer for it.
      const isOneOfThem = error instanceof ReadingsError && error.code === 'READINGS_FAILED';
      if (isOneOfThem && batch.length > 1) for (const one of batch) await this.#keep([one]);
      else for (const { reject } of batch) reject(error);
    }
  }

  #next(): Waiting<Entry, Kept>[] {
    const batch: Waiting<Entry, Kept>[] = [];
    for (let bytes = 0; batch.length < maxEntries && bytes < maxBytes; ) {
      const one = this.#waiting.shift();
      if (one === undefined) break;
      if (performance.now() > one.since + this.#timeoutMs) {
        one.reject(silenceError(this.#timeoutMs));
        continue;
      }
      batch.push(one);
      bytes += one.entry.picture.length + one.entry.prepared.length;
    }
    return batch;
  }
}
