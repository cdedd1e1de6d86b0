import { type Clock, expectInteger, expectOneOf, Owner, systemClock } from '@inkwire/base';
import { CommitQueue, type DataFile, type Durability } from '@inkwire/lmdb';
import { AnswerValues } from '../tables/answer-values.ts';
import { createExpiryTime, Sweeper, sweepAtMost } from '../tables/expiry.ts';
import {
  expectKey,
  expectTable,
  expectTtl,
  expectValue,
  type ResolvedTableLimits,
  resolveTableLimits,
  type TableLimits,
} from '../tables/limits.ts';
import type { Answer, EncodedPair, EncodedValue, PendingAnswer, Tables, Values } from '../tables/tables.ts';
import { DirtyNames } from './dirty-names.ts';
import { type LmdbErrors, lmdbErrors } from './lmdb-errors.ts';
import { decodeNumbers, expiryOf, maxNameBytes, type Name } from './record.ts';
import { openTablesFile, type Store } from './store.ts';
import { isOwnFailure, lend, readTable, Transaction, valueIn } from './transaction.ts';

/** The place of the tables, and the meaning of an acknowledgement. */
export interface LmdbTablesOptions {
  /** Holds `data.mdb` and `lock.mdb`; created when absent. */
  readonly directory: string;
  /**
   * `sync`: what was acknowledged is on the disk (fdatasync), and survives a crash of the machine as far as the disk honours
   * flushes. `relaxed`: the system has it, so it survives `kill -9` of the process; a flush follows in the background. A crash of
   * the machine costs what was not flushed yet, in whole transactions, and nothing else. Default `sync`.
   */
  readonly durability?: Durability;
  readonly limits?: TableLimits;
  readonly clock?: Clock;
}

/**
 * Opens tables kept in a directory by LMDB. A write is answered when it is committed, together with all others of its
 * moment; a read of what is not being written is answered at once.
 *
 * Throws `KV_UNWRITABLE`, `KV_FULL`, `KV_DAMAGED` or `KV_FOREIGN`, and a RangeError for a limit out of bounds.
 */
export async function openLmdbTables(options: LmdbTablesOptions): Promise<Tables> {
  const { directory, clock = systemClock } = options;
  const durability = expectOneOf('durability', options.durability ?? 'sync', ['sync', 'relaxed']);
  const limits = resolveTableLimits(options.limits ?? {}, 64 * 2 ** 30);
  expectInteger('maxTableNameBytes + maxKeyBytes', limits.maxTableNameBytes + limits.maxKeyBytes, {
    max: maxNameBytes,
  });
  const errors = lmdbErrors(directory);
  const file = await openTablesFile(directory, durability, errors);
  return new LmdbTables(file, { errors, limits, clock });
}

class LmdbTables extends Owner implements Tables {
  readonly #file: Pick<DataFile<unknown>, 'close'>;
  readonly #store: Store;
  readonly #errors: LmdbErrors;
  readonly #limits: ResolvedTableLimits;
  readonly #commits: CommitQueue<Transaction, number | readonly number[]>;
  readonly #dirty = new DirtyNames();
  readonly #now: () => number;
  readonly #sweeper: Sweeper;
  readonly #slab = Transaction.createSlab();
  readonly #name: Name = { table: '', key: '' };

  constructor(
    file: Awaited<ReturnType<typeof openTablesFile>>,
    options: {
      readonly errors: LmdbErrors;
      readonly limits: ResolvedTableLimits;
      readonly clock: Clock;
    },
  ) {
    super('tables');
    const { errors, limits, clock } = options;
    const store = { about: file.about, ...file.databases };
    this.#file = file;
    this.#store = store;
    this.#errors = errors;
    this.#limits = limits;
    const [time] = decodeNumbers(store.about.get('time'), 1) as [number];
    this.#now = createExpiryTime(clock, Math.max(clock.now(), time));
    this.#commits = new CommitQueue({
      committer: file.committer,
      begin: () => new Transaction(store, limits, this.#now(), this.#slab),
      finish: (transaction) => transaction.finish(),
      isOwnFailure,
      explain: (error, bytes) => errors.explain(error, bytes),
      onDone: (slots) => {
        if (typeof slots === 'number') this.#dirty.remove(slots);
        else for (const slot of slots) this.#dirty.remove(slot);
      },
    });
    this.#sweeper = new Sweeper(clock, {
      sweep: () => this.#commits.add((transaction) => transaction.sweep(sweepAtMost), 0),
      anything: () => !this.closed && this.#expires,
    });
    if (this.#expires) this.#sweeper.wake();
  }

  hget(table: string, key: string): Answer<EncodedValue | undefined> {
    this.#expectName(table, key);
    if (this.#isDirty(table, key)) return this.#commits.add((transaction) => transaction.get(table, key), 0);
    const record = this.#find(table, key);
    return record && valueIn(record);
  }

  hexist(table: string, key: string): Answer<boolean> {
    this.#expectName(table, key);
    if (this.#isDirty(table, key))
      return this.#commits.add((transaction) => transaction.get(table, key) !== undefined, 0);
    return this.#find(table, key) !== undefined;
  }

  hset(table: string, key: string, value: EncodedValue, ttlMs = 0): PendingAnswer<EncodedValue | undefined> {
    this.#expectName(table, key);
    expectValue(value, this.#limits);
    this.#expectTtl(ttlMs);
    const bytes = value.length + key.length;
    return this.#write(table, key, (transaction) => transaction.put(table, key, value, ttlMs), bytes);
  }

  hdel(table: string, key: string): PendingAnswer<EncodedValue | undefined> {
    this.#expectName(table, key);
    return this.#write(table, key, (transaction) => transaction.remove(table, key), key.length);
  }

  hmget(table: string, keys: readonly string[], maxBytes = Number.POSITIVE_INFINITY): Answer<Values> {
    this.#expectNames(table, keys);
    if (keys.some((key) => this.#isDirty(table, key)))
      return this.#commits.add((transaction) => transaction.getAll(table, keys, maxBytes), 0);
    const values = new AnswerValues(maxBytes);
    for (const key of keys) {
      const record = this.#find(table, key);
      if (!values.add(record && valueIn(record))) break;
    }
    return values.all;
  }

  hmexist(table: string, keys: readonly string[]): Answer<readonly boolean[]> {
    this.#expectNames(table, keys);
    if (keys.some((key) => this.#isDirty(table, key)))
      return this.#commits.add(
        (transaction) => keys.map((key) => transaction.get(table, key) !== undefined),
        0,
      );
    return keys.map((key) => this.#find(table, key) !== undefined);
  }

  hmset(
    table: string,
    pairs: readonly EncodedPair[],
    ttlMs = 0,
    maxBytes = Number.POSITIVE_INFINITY,
  ): PendingAnswer<Values> {
    const keys = pairs.map(({ key }) => key);
    this.#expectNames(table, keys);
    for (const { value } of pairs) expectValue(value, this.#limits);
    this.#expectTtl(ttlMs);
    let bytes = 0;
    for (const { key, value } of pairs) bytes += key.length + value.length;
    return this.#writeAll(
      table,
      keys,
      (transaction) => transaction.putAll(table, pairs, ttlMs, maxBytes),
      bytes,
    );
  }

  hmdel(table: string, keys: readonly string[], maxBytes = Number.POSITIVE_INFINITY): PendingAnswer<Values> {
    this.#expectNames(table, keys);
    return this.#writeAll(table, keys, (transaction) => transaction.removeAll(table, keys, maxBytes), 0);
  }

  hgetall(table: string, maxBytes = Number.POSITIVE_INFINITY): Answer<readonly EncodedPair[] | undefined> {
    this.#expectNames(table, []);
    if (this.#commits.waiting > 0)
      return this.#commits.add(({ store, now }) => readTable(store, table, now, maxBytes), 0);
    return this.#read(() => readTable(this.#store, table, this.#now(), maxBytes));
  }

  get size(): { readonly keys: number; readonly bytes: number } {
    this.expectOpen();
    const [keys, bytes] = decodeNumbers(this.#store.about.get('totals'), 2) as [number, number];
    return { keys, bytes };
  }

  protected override async drain(): Promise<void> {
    this.#sweeper.stop();
    await this.#commits.idle();
    await this.#file.close();
  }

  protected override abort(error: Error): Promise<void> | void {
    this.#commits.abort(error);
    return super.abort(error);
  }

  #expectName(table: string, key: string): void {
    this.expectOpen();
    expectTable(table, this.#limits);
    expectKey(key, this.#limits);
  }

  #expectNames(table: string, keys: readonly string[]): void {
    this.#expectName(table, '');
    for (const key of keys) expectKey(key, this.#limits);
  }

  #expectTtl(ttlMs: number): void {
    if (ttlMs === 0) return;
    expectTtl(ttlMs);
    this.#sweeper.wake();
  }

  get #expires(): boolean {
    for (const _ of this.#store.expiring.getKeys({ limit: 1 })) return true;
    return false;
  }

  /** Whether what is on the disk is about to change: then a read takes its place behind the write. */
  #isDirty(table: string, key: string): boolean {
    return this.#commits.waiting > 0 && this.#dirty.has(this.#dirty.slot(table, key));
  }

  #find(table: string, key: string): Uint8Array | undefined {
    this.#name.table = table;
    this.#name.key = key;
    try {
      const record = lend(this.#store, this.#name);
      const expiresAt = record ? expiryOf(record) : 0;
      return expiresAt !== 0 && expiresAt <= this.#now() ? undefined : record;
    } catch (error) {
      throw this.#errors.from(error);
    }
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw this.#errors.from(error);
    }
  }

  #write<T>(
    table: string,
    key: string,
    run: (transaction: Transaction) => T,
    bytes: number,
  ): PendingAnswer<T> {
    const slot = this.#dirty.slot(table, key);
    this.#dirty.add(slot);
    return this.#commits.add(run, bytes, slot);
  }

  #writeAll<T>(
    table: string,
    keys: readonly string[],
    run: (transaction: Transaction) => T,
    bytes: number,
  ): PendingAnswer<T> {
    const slots = keys.map((key) => this.#dirty.slot(table, key));
    for (const slot of slots) this.#dirty.add(slot);
    return this.#commits.add(run, bytes, slots);
  }
}
