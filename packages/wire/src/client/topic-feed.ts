import { Fifo } from '@inkwire/base';
import type { PlainValue } from '../codec/values.ts';

/** An item of a subscription: a published message, or a notice that messages may be missing. */
export type TopicItem =
  | { readonly values: readonly PlainValue[]; readonly missed?: undefined }
  /** The subscription was interrupted, and continues from here. `reason` says why. */
  | { readonly missed: true; readonly reason: Error; readonly values?: undefined };

interface Waiter {
  resolve(result: IteratorResult<TopicItem, undefined>): void;
  reject(error: unknown): void;
}

const done: IteratorResult<TopicItem, undefined> = { done: true, value: undefined };

/*
 * The items that were received and not yet taken.
 *
 *     push ─▶ [item][item][item] ─▶ next          full: `onFull`; half empty again: `onRoom`
 *
 *     open ──finish()──▶ what is left, then done ──▶ over
 *       └──fail(error)──▶ the error, once, then done ──▶ over
 *
 * Invariants: items or waiters, never both; every call of `next` settles; a `missed` counts as no message, and two never
 * follow one another.
 */
export class TopicFeed {
  /** Called when no more should be pushed. Items that are pushed all the same are kept. */
  onFull: () => void = () => {};
  onRoom: () => void = () => {};
  readonly #maxQueued: number;
  readonly #maxQueuedBytes: number;
  readonly #items = new Fifo<{ readonly item: TopicItem; readonly bytes: number }>();
  readonly #waiters = new Fifo<Waiter>();
  #bytes = 0;
  #isFull = false;
  #over = false;
  #error: { readonly reason: unknown } | undefined;

  constructor(maxQueued: number, maxQueuedBytes: number) {
    this.#maxQueued = maxQueued;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  push(values: readonly PlainValue[], bytes: number): void {
    this.#add({ values }, bytes);
    if (this.#isFull || (this.#items.length < this.#maxQueued && this.#bytes < this.#maxQueuedBytes)) return;
    this.#isFull = true;
    this.onFull();
  }

  pushMissed(reason: Error): void {
    if (!this.#items.last?.item.missed) this.#add({ missed: true, reason }, 0);
  }

  next(): Promise<IteratorResult<TopicItem, undefined>> {
    const held = this.#items.shift();
    if (held) {
      this.#bytes -= held.bytes;
      this.#makeRoom();
      return Promise.resolve({ done: false, value: held.item });
    }
    if (this.#error) {
      const { reason } = this.#error;
      this.#error = undefined;
      return Promise.reject(reason);
    }
    if (this.#over) return Promise.resolve(done);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** No more comes; what is left may be taken still, unless it is to be dropped. */
  finish(drop: boolean): void {
    if (drop) this.#drop();
    if (this.#over) return;
    this.#over = true;
    for (const waiter of this.#waiters.take()) waiter.resolve(done);
  }

  /** Drops what is left. The oldest waiter receives the error; if none waits, the next call does. */
  fail(reason: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#drop();
    const [first, ...others] = this.#waiters.take();
    if (first) first.reject(reason);
    else this.#error = { reason };
    for (const waiter of others) waiter.resolve(done);
  }

  #add(item: TopicItem, bytes: number): void {
    if (this.#over) return;
    const waiter = this.#waiters.shift();
    if (waiter) {
      waiter.resolve({ done: false, value: item });
      return;
    }
    this.#items.push({ item, bytes });
    this.#bytes += bytes;
  }

  #drop(): void {
    this.#items.take();
    this.#bytes = 0;
    this.#error = undefined;
  }

  #makeRoom(): void {
    if (!this.#isFull || this.#items.length * 2 > this.#maxQueued || this.#bytes * 2 > this.#maxQueuedBytes)
      return;
    this.#isFull = false;
    this.onRoom();
  }
}
