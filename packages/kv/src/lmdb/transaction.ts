import { pairReplyBytes } from '@inkwire/wire';
import { KvError } from '../errors.ts';
import { AnswerValues } from '../tables/answer-values.ts';
import { type ResolvedTableLimits, tableFull, tablesFull } from '../tables/limits.ts';
import type { EncodedPair, EncodedValue, Values } from '../tables/tables.ts';
import {
  asKey,
  decodeNumbers,
  encodeNumbers,
  expiringKey,
  expiryOf,
  headBytes,
  keyOf,
  type Name,
  nameBytes,
  parseName,
  readTime,
  tableBounds,
  writeHead,
} from './record.ts';
import type { Store } from './store.ts';

/** Below this a loop copies faster than a call. */
const loopBytes = 64;
const slabBytes = 256 * 1024;
const mark = new Uint8Array(1);

/** lmdb-js takes a value from `start` to `end` of a buffer that has these, whose address it asks for only once. */
type Slab = Buffer & { start: number; end: number };

function createSlab(bytes: number): Slab {
  return Object.assign(Buffer.allocUnsafeSlow(bytes), { start: 0, end: 0 });
}

/** Copies the value out of LMDB's record, which is valid only until the next read. */
export function valueIn(record: Uint8Array): EncodedValue {
  const head = record[0] === 0 ? 1 : 9;
  const length = record.length - head;
  const value = new Uint8Array(length);
  if (length > loopBytes) value.set(record.subarray(head));
  else for (let i = 0; i < length; i++) value[i] = record[head + i]!;
  return value;
}

/** The values of a table, or undefined when they take more than `maxBytes` of an answer. */
export function readTable(
  { values }: Store,
  table: string,
  now: number,
  maxBytes: number,
): readonly EncodedPair[] | undefined {
  const { start, end } = tableBounds(table);
  const pairs: EncodedPair[] = [];
  let left = maxBytes;
  for (const { key, value } of values.getRange({ start, end })) {
    const expiresAt = expiryOf(value);
    if (expiresAt !== 0 && expiresAt <= now) continue;
    left -= pairReplyBytes(key.length - start.length, value.length - headBytes(expiresAt));
    if (left < 0) return undefined;
    pairs.push({ key: keyOf(key, start.length), value: valueIn(value) });
  }
  return pairs;
}

/**
 * The operations inside a transaction. Counts of keys and bytes are read when they are first needed, and written once
 * at the end: `finish`.
 */
export class Transaction {
  readonly store: Store;
  readonly now: number;
  readonly #limits: ResolvedTableLimits;
  readonly #name: Name = { table: '', key: '' };
  readonly #counts = new Map<string, number>();
  #slab: Slab;
  #keys: number;
  #bytes: number;
  #changed = false;

  constructor(store: Store, limits: ResolvedTableLimits, now: number, slab: Slab) {
    this.store = store;
    this.#limits = limits;
    this.now = now;
    this.#slab = slab;
    [this.#keys, this.#bytes] = decodeNumbers(store.about.get('totals'), 2) as [number, number];
  }

  static readonly createSlab = () => createSlab(slabBytes);

  get(table: string, key: string): EncodedValue | undefined {
    const record = this.#record(table, key);
    if (record === undefined) return undefined;
    const expiresAt = expiryOf(record);
    return expiresAt !== 0 && expiresAt <= this.now ? undefined : valueIn(record);
  }

  /** Each value is a copy: those that would be too many are not made. */
  getAll(table: string, keys: readonly string[], maxBytes: number): Values {
    const values = new AnswerValues(maxBytes);
    for (const key of keys) if (!values.add(this.get(table, key))) break;
    return values.all;
  }

  /** Throws `KV_FULL` or `KV_TABLE_FULL` before anything was changed. */
  put(table: string, key: string, value: EncodedValue, ttlMs: number): EncodedValue | undefined {
    const record = this.#record(table, key);
    const previous = record && valueIn(record);
    const before = record ? expiryOf(record) : 0;
    this.#count(table, record ? 0 : 1, value.length + (record ? -previous!.length : key.length));
    const expiresAt = ttlMs === 0 ? 0 : Math.ceil(this.now + ttlMs);
    if (before !== expiresAt && before !== 0) this.#forget(table, key, before);
    if (before !== expiresAt && expiresAt !== 0)
      void this.store.expiring.put(expiringKey(expiresAt, nameBytes({ table, key })), mark);
    this.#write(table, key, value, expiresAt);
    return before !== 0 && before <= this.now ? undefined : previous;
  }

  /** All of the pairs or none. */
  putAll(table: string, pairs: readonly EncodedPair[], ttlMs: number, maxBytes: number): Values {
    this.#expectRoom(table, pairs);
    const previous = new AnswerValues(maxBytes);
    for (const { key, value } of pairs) previous.add(this.put(table, key, value, ttlMs));
    return previous.all;
  }

  removeAll(table: string, keys: readonly string[], maxBytes: number): Values {
    const previous = new AnswerValues(maxBytes);
    for (const key of keys) previous.add(this.remove(table, key));
    return previous.all;
  }

  remove(table: string, key: string): EncodedValue | undefined {
    const record = this.#record(table, key);
    if (record === undefined) return undefined;
    const value = valueIn(record);
    const expiresAt = expiryOf(record);
    this.#count(table, -1, -value.length - key.length);
    if (expiresAt !== 0) this.#forget(table, key, expiresAt);
    void this.store.values.remove(asKey(this.#named(table, key)));
    return expiresAt !== 0 && expiresAt <= this.now ? undefined : value;
  }

  /** Removes keys that have expired, at most so many; answers how many there were. */
  sweep(atMost: number): number {
    const due = [...this.store.expiring.getKeys({ limit: atMost })].filter(
      (key) => readTime(key, 0) <= this.now,
    );
    for (const key of due) {
      const { table, key: own } = parseName(key.subarray(8));
      const record = this.#record(table, own);
      // Only what the record itself says: a time that it does not know must not take a key that lives.
      if (record !== undefined && expiryOf(record) === readTime(key, 0)) this.remove(table, own);
      else void this.store.expiring.remove(key);
    }
    if (due.length > 0) void this.store.about.put('time', encodeNumbers(this.now));
    return due.length;
  }

  /** Writes the counts. */
  finish(): void {
    if (!this.#changed) return;
    for (const [table, count] of this.#counts) {
      const { start } = tableBounds(table);
      if (count === 0) void this.store.tables.remove(start);
      else void this.store.tables.put(start, encodeNumbers(count));
    }
    void this.store.about.put('totals', encodeNumbers(this.#keys, this.#bytes));
  }

  #named(table: string, key: string): Name {
    this.#name.table = table;
    this.#name.key = key;
    return this.#name;
  }

  #record(table: string, key: string): Uint8Array | undefined {
    return lend(this.store, this.#named(table, key));
  }

  #forget(table: string, key: string, expiresAt: number): void {
    void this.store.expiring.remove(expiringKey(expiresAt, nameBytes({ table, key })));
  }

  #write(table: string, key: string, value: EncodedValue, expiresAt: number): void {
    const head = headBytes(expiresAt);
    const slab = head + value.length > slabBytes ? createSlab(head + value.length) : this.#slab;
    writeHead(expiresAt, slab, 0);
    slab.set(value, head);
    slab.start = 0;
    slab.end = head + value.length;
    // Written at once: inside a transaction lmdb-js waits for nothing.
    void this.store.values.put(asKey(this.#named(table, key)), slab);
  }

  #count(table: string, keys: number, bytes: number): void {
    const limits = this.#limits;
    if (bytes > 0 && this.#bytes + bytes > limits.maxTotalBytes) throw tablesFull(limits);
    if (keys !== 0) {
      const count = this.#keysOf(table) + keys;
      if (keys > 0 && count > limits.maxKeysPerTable) throw tableFull(limits);
      this.#counts.set(table, count);
    }
    this.#keys += keys;
    this.#bytes += bytes;
    this.#changed = true;
  }

  #keysOf(table: string): number {
    return this.#counts.get(table) ?? decodeNumbers(this.store.tables.get(tableBounds(table).start), 1)[0]!;
  }

  #expectRoom(table: string, pairs: readonly EncodedPair[]): void {
    const added = new Map<string, number>();
    let keys = this.#keysOf(table);
    let bytes = this.#bytes;
    for (const { key, value } of pairs) {
      const before = added.get(key) ?? this.#sizeOf(table, key);
      if (before === undefined) keys++;
      bytes += key.length + value.length - (before ?? 0);
      added.set(key, key.length + value.length);
    }
    if (keys > this.#limits.maxKeysPerTable && keys > this.#keysOf(table)) throw tableFull(this.#limits);
    if (bytes > this.#limits.maxTotalBytes && bytes > this.#bytes) throw tablesFull(this.#limits);
  }

  #sizeOf(table: string, key: string): number | undefined {
    const record = this.#record(table, key);
    return record && key.length + record.length - headBytes(expiryOf(record));
  }
}

/** LMDB's own record, valid until the next one is asked for. */
export function lend({ values }: Store, name: Name): Uint8Array | undefined {
  const bytes = values.getBinaryFast(asKey(name));
  // lmdb-js lends one large buffer and overwrites its property `length`, which typed arrays ignore.
  return bytes?.subarray(0, bytes.length);
}

/** Whether an operation failed for a reason of its own, before it changed anything. The rest of its transaction is committed. */
export function isOwnFailure(error: unknown): boolean {
  return error instanceof KvError && (error.code === 'KV_FULL' || error.code === 'KV_TABLE_FULL');
}
