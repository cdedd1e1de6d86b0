import { Alarm, type Clock, expectNumber, Owner, type WaitOptions } from '@inkwire/base';
import { expectLimits, type LeasedLimits, LimitsInForce, type PoolLimits } from '../limits.ts';
import { connectError } from './acquire-errors.ts';
import { AcquireQueue } from './acquire-queue.ts';
import { type Borrowed, BorrowedConnection, type Lender } from './borrowed.ts';
import type { Connections } from './connections.ts';
import { Inactivity } from './inactivity.ts';
import { type PoolOptions, type ResolvedPoolOptions, resolveOptions } from './options.ts';
import type { Pool, PoolStats, PoolTimings } from './pool.ts';
import type { Place, Slot } from './slot.ts';
import { PoolStatistics } from './statistics.ts';
import { Supply } from './supply.ts';
import { Waiter } from './waiter.ts';

/** Creates a pool. It opens nothing before it is asked, unless its limits have a minimum. */
export function createPool<C>(options: PoolOptions<C>): Pool<C> {
  return new PoolCore(resolveOptions(options));
}

/**
 * The pool: it decides who gets which connection. `Supply` decides when one is opened and closed, and `Connections` says in
 * which queue each sits. Of the three together:
 *
 * 1. Nothing is opened while total ≥ max, counting what is being opened and closed. As long as more than max are not being
 *    closed, whatever is idle or given back is closed.
 * 2. Waiters are answered in the order of their coming, and each once: served, timed out, aborted or refused.
 * 3. Nobody waits while a connection rests, except those for whom one is being checked or reset.
 * 4. Nobody waits for nothing: for each one is being opened, or checked or reset and that does not hang, or no more may be
 *    opened now.
 * 5. After the end nothing rests, and nothing is opened except for those who came before it.
 *
 * Whatever may lend, open or close reads the clock through `#now`, which ends limits whose time is over; `stats()` and
 * `limits` only read. Every change of counts ends in `#changed`, when all of the above holds again, so that a listener may
 * call the pool.
 */
class PoolCore<C> extends Owner implements Pool<C>, Lender<C> {
  readonly name: string;
  readonly lend: Lender<C>['lend'];
  readonly #options: ResolvedPoolOptions<C>;
  readonly #clock: Clock;
  readonly #limits: LimitsInForce;
  readonly #alarm: Alarm;
  readonly #supply: Supply<C>;
  readonly #connections: Connections<C>;
  readonly #waiters: AcquireQueue<C>;
  readonly #inactivity: Inactivity<C>;
  readonly #statistics: PoolStatistics;
  readonly #listeners = new Set<() => void>();
  #onEnded!: () => void;
  readonly #ended = new Promise<void>((resolve) => {
    this.#onEnded = resolve;
  });

  constructor(options: ResolvedPoolOptions<C>) {
    super(`pool ${options.name}`);
    this.name = options.name;
    this.lend = options.lend;
    this.#options = options;
    this.#clock = options.clock;
    this.#statistics = new PoolStatistics(options.name);
    this.#limits = new LimitsInForce(options.limits);
    this.#alarm = new Alarm(options.clock, () => this.#sweep());
    this.#waiters = new AcquireQueue(options, this.#statistics);
    this.#inactivity = new Inactivity(options, this.#statistics);
    const demand = { now: () => this.#now(), settle: (now: number) => this.#settle(now) };
    this.#supply = new Supply(options, demand, this.#alarm, this.#statistics);
    this.#connections = this.#supply.connections;
    this.setLimits(options.limits);
  }

  get limits(): PoolLimits {
    return this.#limits.at(this.#clock.monotonic());
  }

  acquire(options?: WaitOptions): Promise<Borrowed<C>> {
    const now = this.#now();
    if (options !== undefined || this.closed) {
      try {
        this.#admit(options);
      } catch (reason) {
        return Promise.reject(reason);
      }
    }
    const slot = this.#connections.idle.last;
    if (slot === undefined || !slot.isReady(now) || this.#waiters.size > 0) return this.#wait(now, options);
    const borrowed = this.#lend(slot, now, now, this.#inactivity.place(this.acquire));
    this.#changed();
    return Promise.resolve(borrowed);
  }

  async use<T>(fn: (connection: C) => T | Promise<T>, options?: WaitOptions): Promise<T> {
    const borrowed = await this.acquire(options);
    try {
      return await fn(borrowed.connection);
    } finally {
      borrowed[Symbol.dispose]();
    }
  }

  setLimits(limits: LeasedLimits): void {
    expectLimits(limits);
    const now = this.#clock.monotonic();
    this.#limits.set(limits);
    this.#limits.end(now);
    this.#limitsChanged(now);
  }

  stats(): PoolStats {
    const now = this.#clock.monotonic();
    return {
      name: this.name,
      ...this.#limits.at(now),
      ...this.#connections.counts(),
      ...this.#waiters.counts(now),
      ...this.#statistics.counts(),
    };
  }

  timings(): PoolTimings {
    return this.#statistics.timings();
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  // Called by borrowed connections.

  giveBack(slot: Slot<C>): void {
    const now = this.#now();
    const connections = this.#connections;
    if (slot.queue !== connections.borrowed) return;
    this.#endLoan(slot, now);
    this.#supply.takeBack(slot, now);
    // Where one went to rest and nobody waits, everything is in order.
    if (slot.queue === connections.idle && this.#waiters.size === 0) this.#changed();
    else this.#settle(now);
  }

  destroyBorrowed(slot: Slot<C>, error: Error | undefined): void {
    const now = this.#now();
    if (slot.queue !== this.#connections.borrowed) return;
    this.#endLoan(slot, now);
    this.#supply.close(slot, now, { error });
    this.#settle(now);
  }

  touch(slot: Slot<C>): void {
    slot.dueAt = this.#clock.monotonic() + this.#options.inactiveAfterMs;
    this.#alarm.by(slot.dueAt);
  }

  // Time and limits.

  #now(): number {
    const now = this.#clock.monotonic();
    if (this.#limits.end(now)) this.#limitsChanged(now);
    return now;
  }

  #limitsChanged(now: number): void {
    this.#statistics.limited(this.#limits.min, this.#limits.max);
    this.#alarm.by(this.#limits.endsAt);
    this.#limitSupply();
    this.#supply.reap(now);
    this.#settle(now);
  }

  /** After the end nothing is kept, and once the last waiter has its answer there may be nothing. */
  #limitSupply(): void {
    const { min, max } = this.#limits;
    if (!this.closed) this.#supply.limit(min, max);
    else this.#supply.limit(0, this.#waiters.size === 0 ? 0 : max);
  }

  // Waiting.

  #admit(options: WaitOptions | undefined): void {
    if (options?.timeoutMs !== undefined) expectNumber('timeoutMs', options.timeoutMs, { min: 0 });
    options?.signal?.throwIfAborted();
    this.expectOpen();
  }

  #wait(now: number, options: WaitOptions | undefined): Promise<Borrowed<C>> {
    const full = this.#waiters.fullError();
    if (full !== undefined) return Promise.reject(full);
    const waiter = new Waiter<C>(
      now,
      options?.timeoutMs ?? this.#options.acquireTimeoutMs,
      this.#inactivity.place(this.acquire),
    );
    const signal = options?.signal;
    if (signal !== undefined) waiter.onAbort(signal, () => this.#aborted(waiter, signal));
    this.#waiters.add(waiter);
    this.#settle(now);
    if (waiter.queue !== undefined) this.#alarm.by(waiter.deadline, true);
    return waiter.promise;
  }

  #aborted(waiter: Waiter<C>, signal: AbortSignal): void {
    this.#waiters.remove(waiter);
    waiter.refuse(signal.reason);
    this.#settle(this.#now());
  }

  // Lending.

  #lend(slot: Slot<C>, now: number, askedAt: number, place: Place): Borrowed<C> {
    const borrowed = new BorrowedConnection<C>(this, slot, place);
    slot.borrowed = borrowed;
    this.#connections.move(slot, this.#connections.borrowed, now, now + this.#options.inactiveAfterMs);
    this.#statistics.acquired(now - askedAt);
    return borrowed;
  }

  #endLoan(slot: Slot<C>, now: number): void {
    slot.borrowed = undefined;
    this.#statistics.released(now - slot.since);
  }

  // Bringing everything in order.

  #settle(now: number): void {
    if (this.#waiters.deadline <= now)
      this.#waiters.timeOut(now, this.#limits.max, this.#connections, this.#supply.gate.lastError);
    if (this.closed) this.#limitSupply();
    this.#supply.shrink(now);
    this.#serve(now);
    if (this.closed) this.#limitSupply();
    this.#supply.grow(now, this.#waiters.size);
    if (this.#supply.gate.isBroken(now) && this.#connections.live === 0)
      this.#waiters.refuseAll(() => connectError(this.name, this.#supply.gate));
    this.#changed();
  }

  #serve(now: number): void {
    const { idle } = this.#connections;
    for (let waiter = this.#waiters.first; waiter !== undefined; waiter = this.#waiters.first) {
      const slot = idle.last;
      if (slot === undefined) return;
      if (now >= slot.retireAt) this.#supply.close(slot, now);
      else if (slot.isReady(now)) {
        this.#waiters.remove(waiter);
        waiter.serve(this.#lend(slot, now, waiter.since, waiter.taken));
      } else if (this.#waiters.size > this.#supply.promising(now)) this.#supply.check(slot, now);
      else return;
    }
  }

  #changed(): void {
    if (this.closed && this.#connections.total === 0 && this.#waiters.size === 0) {
      this.#alarm.cancel();
      this.#onEnded();
    }
    if (this.#listeners.size > 0) for (const listener of this.#listeners) listener();
  }

  // Called when something is due.

  #sweep(): void {
    const now = this.#now();
    const inactive = this.#inactivity.find(this.#connections.borrowed, now, (slot) =>
      this.#reclaim(slot, now),
    );
    this.#supply.sweep(now);
    this.#settle(now);
    this.#supply.setAlarm();
    this.#alarm.by(this.#limits.endsAt);
    if (this.#waiters.size > 0) this.#alarm.by(this.#waiters.deadline, true);
    for (const report of inactive) this.#options.onInactive(report);
  }

  #reclaim(slot: Slot<C>, now: number, error?: Error): void {
    this.#statistics.reclaimed();
    slot.borrowed!.reclaim();
    this.#endLoan(slot, now);
    this.#supply.close(slot, now, { error });
  }

  // The end.

  protected drain(): Promise<void> {
    this.#settle(this.#now());
    return this.#ended;
  }

  protected override abort(error: Error): Promise<void> {
    const now = this.#now();
    this.#waiters.refuseAll(() => error);
    const { idle, checking, borrowed, resetting, opening } = this.#connections;
    for (const slot of borrowed) this.#reclaim(slot, now, error);
    for (const queue of [idle, checking, resetting, opening])
      for (const slot of queue) this.#supply.close(slot, now, { error });
    this.#settle(now);
    return this.#ended;
  }
}
