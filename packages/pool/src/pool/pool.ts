import type { Closable, WaitOptions } from '@inkwire/base';
import type { LeasedLimits, PoolLimits } from '../limits.ts';
import type { Borrowed } from './borrowed.ts';
import type { DurationCounts } from './histogram.ts';

/** Counts since the pool was created: they only grow. All are integers, except the `…Ms`. */
export interface PoolCounts {
  readonly acquired: number;
  readonly released: number;
  /** Waiters whose deadline passed. */
  readonly timeouts: number;
  /** Waiters refused because the queue or the breaker said so. */
  readonly refused: number;
  readonly opened: number;
  readonly closed: number;
  /** Attempts to connect that failed, those that took too long among them. */
  readonly failures: number;
  /** Attempts that the database refused because it was full; they are repeated. */
  readonly full: number;
  /** Connections that ended by themselves, or were found unfit by a check or a reset. */
  readonly lost: number;
  /** Borrowed connections that were reported as inactive, and those of them that were taken back. */
  readonly inactive: number;
  readonly reclaimed: number;
  /** Sums of the time that served callers waited, and of the time that connections were borrowed. */
  readonly waitMs: number;
  readonly serviceMs: number;
}

/** The connections, the need and the counts of a pool. */
export interface PoolStats extends PoolCounts {
  readonly name: string;
  /** The limits in force. */
  readonly min: number;
  readonly max: number;
  /** `idle + inUse + opening + closing`. */
  readonly total: number;
  readonly idle: number;
  /** Borrowed, or being checked or reset for the next caller. */
  readonly inUse: number;
  readonly opening: number;
  readonly closing: number;
  /** The number of callers that wait for a connection, and how long the first of them has waited. */
  readonly queued: number;
  readonly longestWaitMs: number;
}

/** The times to open a connection, to be given one, and until it was released. */
export interface PoolTimings {
  readonly create: DurationCounts;
  readonly wait: DurationCounts;
  readonly use: DurationCounts;
}

/**
 * Connections that callers borrow, first come first served, within limits that may change at any time.
 *
 *     open ──close()──▶ closing: refuses new callers, serves waiting ones, awaits every release ──▶ closed
 *       └──destroy(error)──▶ refuses waiting callers with the error, ends every connection ─────▶ closed
 */
export interface Pool<C> extends Closable {
  readonly name: string;
  /** The limits in force. */
  readonly limits: PoolLimits;
  /**
   * Lends a connection: an idle one, or whichever comes first, one that is given back or a new one.
   * Rejects with `POOL_ACQUIRE_TIMEOUT`, `POOL_QUEUE_FULL`, `POOL_CONNECT_FAILED`, `BASE_CLOSED`, or the signal's reason.
   */
  acquire(options?: WaitOptions): Promise<Borrowed<C>>;
  /** Lends a connection to `fn` until what it returns has settled. */
  use<T>(fn: (connection: C) => T | Promise<T>, options?: WaitOptions): Promise<T>;
  /**
   * Puts other limits into force, at once: connections above the maximum are closed when they are idle or given back, even
   * when others wait, and no other is opened before that is done. Throws a TypeError or RangeError.
   */
  setLimits(limits: LeasedLimits): void;
  stats(): PoolStats;
  timings(): PoolTimings;
  /** Calls `listener` at once whenever what `stats()` says of connections or of need has changed. It must not throw. */
  onChange(listener: () => void): Disposable;
}
