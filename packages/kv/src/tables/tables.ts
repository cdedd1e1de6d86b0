import type { Closable } from '@inkwire/base';
import type { EncodedPair, EncodedValue } from '@inkwire/wire';

export type { EncodedPair, EncodedValue };

/** In the order of the keys; undefined where there is none. */
export type Values = readonly (EncodedValue | undefined)[] | undefined;

/**
 * An answer that waits for a commit. All answers of one commit share one promise, so that a hundred thousand of them a
 * second do not cost a promise each. `await` works on it too.
 */
export interface PendingAnswer<T> extends PromiseLike<T> {
  /** Whether `result` may be called. */
  readonly done: boolean;
  /** Resolves, and never rejects, when `done`. */
  readonly settled: Promise<void>;
  /** The result. Throws what the operation failed with. */
  result(): T;
}

/** The answer itself, where the engine has it at once; else a pending one. */
export type Answer<T> = T | PendingAnswer<T>;

/** Whether an answer waits for a commit: then its `result` may be called once it is `done`. */
export function isPending<T>(answer: Answer<T>): answer is PendingAnswer<T> {
  return typeof answer === 'object' && answer !== null && 'settled' in answer;
}

/**
 * Values by table and key. A table is there while it has a key. Names are any text, `:` and NUL included. Operations on
 * one key take effect in the order of the calls, whether or not their answers were awaited; `hm…` are one operation.
 *
 * Everything throws `BASE_CLOSED` after the end. The tables own the bytes of an answer: do not change them.
 */
export interface Tables extends Closable {
  hget(table: string, key: string): Answer<EncodedValue | undefined>;
  hexist(table: string, key: string): Answer<boolean>;
  /**
   * Answers the previous value, undefined where there was none. `ttlMs`: until the key expires, 0 for never. Throws
   * `KV_KEY_TOO_LONG`, `KV_VALUE_TOO_LARGE`, `KV_TABLE_FULL`, `KV_TTL_INVALID`; the answer may be `KV_FULL` or `KV_FAILED`.
   */
  hset(table: string, key: string, value: EncodedValue, ttlMs?: number): Answer<EncodedValue | undefined>;
  /** Answers the previous value. */
  hdel(table: string, key: string): Answer<EncodedValue | undefined>;
  /** Undefined when the values take more than `maxBytes` of an answer; so with `hmset` and `hmdel`. */
  hmget(table: string, keys: readonly string[], maxBytes?: number): Answer<Values>;
  hmexist(table: string, keys: readonly string[]): Answer<readonly boolean[]>;
  /** All of the pairs or, when one cannot be, none. They are set also when the previous values are too many to answer. */
  hmset(table: string, pairs: readonly EncodedPair[], ttlMs?: number, maxBytes?: number): Answer<Values>;
  /** They are removed also when they are too many to answer. */
  hmdel(table: string, keys: readonly string[], maxBytes?: number): Answer<Values>;
  /** Every pair, in any order; none where there is no such table. Undefined when they take more than `maxBytes` of an answer. */
  hgetall(table: string, maxBytes?: number): Answer<readonly EncodedPair[] | undefined>;
  /** Keys and bytes that are held, as the limits count them; what has expired may still be among them. */
  readonly size: { readonly keys: number; readonly bytes: number };
}
