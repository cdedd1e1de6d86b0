import { Heap } from '@inkwire/base';
import { PoolError } from '../errors.ts';
import { timeoutError } from './acquire-errors.ts';
import type { Connections } from './connections.ts';
import type { ResolvedPoolOptions } from './options.ts';
import { Queue } from './queue.ts';
import type { PoolStatistics } from './statistics.ts';
import type { Waiter } from './waiter.ts';

/** Those who wait for a connection, in the order of their coming and in that of their deadlines. Each is answered once. */
export class AcquireQueue<C> {
  readonly #options: ResolvedPoolOptions<C>;
  readonly #statistics: PoolStatistics;
  readonly #queue = new Queue<Waiter<C>>();
  readonly #deadlines = new Heap<Waiter<C>>((a, b) => a.deadline < b.deadline);

  constructor(options: ResolvedPoolOptions<C>, statistics: PoolStatistics) {
    this.#options = options;
    this.#statistics = statistics;
  }

  get size(): number {
    return this.#queue.size;
  }

  get first(): Waiter<C> | undefined {
    return this.#queue.first;
  }

  /** The time at which the next of them will have waited too long; Infinity when no caller waits. */
  get deadline(): number {
    return this.#deadlines.first?.deadline ?? Infinity;
  }

  /** The number of callers that wait, and how long the first has waited, as `stats()` says it. */
  counts(now: number) {
    return { queued: this.size, longestWaitMs: this.first === undefined ? 0 : now - this.first.since };
  }

  /** The error of a newcomer when as many wait as may. */
  fullError(): PoolError | undefined {
    const { name, maxQueued } = this.#options;
    if (this.size < maxQueued) return undefined;
    const message = `${maxQueued} wait for a connection of ${name} already`;
    const error = new PoolError('POOL_QUEUE_FULL', message, { retryable: true });
    this.#statistics.refused(error);
    return error;
  }

  add(waiter: Waiter<C>): void {
    this.#queue.push(waiter);
    this.#deadlines.put(waiter);
  }

  /** Takes one out, to be answered by the caller. */
  remove(waiter: Waiter<C>): void {
    this.#queue.remove(waiter);
    this.#deadlines.remove(waiter);
  }

  /** Refuses those whose deadline has passed; `cause` is why the last attempt to connect failed. */
  timeOut(now: number, max: number, connections: Connections<C>, cause: unknown): void {
    for (let late = this.#deadlines.first; late !== undefined; late = this.#deadlines.first) {
      if (late.deadline > now) return;
      this.remove(late);
      const pool = { name: this.#options.name, max, waiting: this.size };
      const error = timeoutError(late, pool, connections, cause);
      this.#statistics.timedOut(error);
      late.refuse(error);
    }
  }

  /** Refuses everyone, each with an error of its own. */
  refuseAll(createError: () => Error): void {
    const all = [...this.#queue];
    for (const waiter of all) this.remove(waiter);
    for (const waiter of all) {
      const error = createError();
      this.#statistics.refused(error);
      waiter.refuse(error);
    }
  }
}
