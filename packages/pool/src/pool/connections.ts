import type { Alarm } from '@inkwire/base';
import type { ResolvedPoolOptions } from './options.ts';
import { Queue } from './queue.ts';
import type { Slot } from './slot.ts';

/** Receives the events of connections, for the pool. */
export interface ConnectionListener<C> {
  /** A connection that was abandoned meanwhile is in `closing`, and is ended. */
  opened(slot: Slot<C>): void;
  /** Not called for a connection that was abandoned. */
  openFailed(slot: Slot<C>, error: unknown): void;
  /** A check or a reset has ended, perhaps after its connection was abandoned. */
  examined(slot: Slot<C>, isFit: boolean): void;
  lost(slot: Slot<C>): void;
  gone(slot: Slot<C>): void;
}

/**
 * The connections of a pool, each in exactly one queue, and the operations on them. The pool decides when to call these.
 *
 *     open() ──▶ opening ──▶ idle ──▶ borrowed ──▶ resetting ──▶ idle
 *                             └──▶ checking ──▶ idle            after a long rest, when a caller waits
 *     any of these ──▶ closing ──▶ gone
 *
 * 1. `total` counts every connection that may exist at the database: from the call of `open` until that has failed or
 *    the call of `close` or `destroy` has ended.
 * 2. `move` alone changes the queue of a connection, and never out of `closing`.
 */
export class Connections<C> {
  readonly opening = new Queue<Slot<C>>();
  /** The one that came last is used first. */
  readonly idle = new Queue<Slot<C>>();
  readonly checking = new Queue<Slot<C>>();
  readonly borrowed = new Queue<Slot<C>>();
  readonly resetting = new Queue<Slot<C>>();
  readonly closing = new Queue<Slot<C>>();
  total = 0;

  readonly #options: ResolvedPoolOptions<C>;
  readonly #alarm: Alarm;
  readonly #listener: ConnectionListener<C>;

  constructor(options: ResolvedPoolOptions<C>, alarm: Alarm, listener: ConnectionListener<C>) {
    this.#options = options;
    this.#alarm = alarm;
    this.#listener = listener;
  }

  /** Those that are not being closed. */
  get live(): number {
    return this.total - this.closing.size;
  }

  /** Those that are borrowed, or can be without another being opened. */
  get open(): number {
    return this.live - this.opening.size;
  }

  /** The number of connections in each state, as `stats()` says it. */
  counts() {
    return {
      total: this.total,
      idle: this.idle.size,
      inUse: this.checking.size + this.borrowed.size + this.resetting.size,
      opening: this.opening.size,
      closing: this.closing.size,
    };
  }

  /** The time at which the next of all will have stayed too long in its queue. */
  get earliestDue(): number {
    const queues = [this.opening, this.idle, this.checking, this.borrowed, this.resetting, this.closing];
    return Math.min(...queues.flatMap((queue) => [...queue].map(({ dueAt }) => dueAt)));
  }

  /** Puts a connection into a queue, where it may stay until `dueAt`. */
  move(slot: Slot<C>, to: Queue<Slot<C>>, now: number, dueAt: number): void {
    slot.queue?.remove(slot);
    to.push(slot);
    slot.since = now;
    slot.dueAt = dueAt;
    this.#alarm.by(dueAt);
  }

  begin(slot: Slot<C>): void {
    this.total++;
    void this.#open(slot);
  }

  check(slot: Slot<C>): void {
    void this.#examine(slot, () => this.#options.check!(slot.connection as C));
  }

  reset(slot: Slot<C>): void {
    const isFit = attempt(() => this.#options.reset!(slot.connection as C));
    if (typeof isFit === 'boolean') this.#listener.examined(slot, isFit);
    else void this.#examine(slot, () => isFit);
  }

  /** Ends a connection that stands in `closing`: gently, or at once. May be called again to lose patience. */
  end(slot: Slot<C>, isGentle: boolean, error?: Error): void {
    if (slot.isOpened) void this.#end(slot, isGentle, error);
    else slot.opening.abort(error);
  }

  async #open(slot: Slot<C>): Promise<void> {
    const lost = () => {
      slot.isLost = true;
      if (slot.queue !== undefined && slot.queue !== this.opening && slot.queue !== this.closing)
        this.#listener.lost(slot);
    };
    try {
      slot.connection = await this.#options.open({ signal: slot.opening.signal, lost });
      slot.isOpened = true;
    } catch (error) {
      const isAwaited = slot.queue === this.opening;
      this.#forget(slot);
      if (isAwaited) this.#listener.openFailed(slot, error);
      else this.#listener.gone(slot);
      return;
    }
    const isAwaited = slot.queue === this.opening;
    this.#listener.opened(slot);
    if (!isAwaited) await this.#end(slot, false);
  }

  async #examine(slot: Slot<C>, examination: () => Promise<boolean> | boolean): Promise<void> {
    let isFit = false;
    try {
      isFit = await examination();
    } catch {
      // Not fit: the connection says why to whoever uses it, and nobody does.
    }
    this.#listener.examined(slot, isFit);
  }

  async #end(slot: Slot<C>, isGentle: boolean, error?: Error): Promise<void> {
    try {
      if (isGentle) await this.#options.close(slot.connection as C);
      else await this.#destroy(slot, error);
    } catch {
      if (isGentle && this.#options.destroy !== undefined) return this.#end(slot, false, error);
    }
    // Whichever of two that were called for it has ended first.
    if (slot.queue === undefined) return;
    this.#forget(slot);
    this.#listener.gone(slot);
  }

  #destroy(slot: Slot<C>, error: Error | undefined): Promise<void> | void {
    const connection = slot.connection as C;
    return this.#options.destroy === undefined
      ? this.#options.close(connection)
      : this.#options.destroy(connection, error);
  }

  #forget(slot: Slot<C>): void {
    slot.queue?.remove(slot);
    this.total--;
  }
}

/** Turns what `call` throws into a rejection. */
function attempt<T>(call: () => Promise<T> | T): Promise<T> | T {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}
