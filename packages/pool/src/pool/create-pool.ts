import { type Clock, expectNumber, Lifetime, messageOf, type WaitOptions } from '@inkwire/base';
import { PoolError } from '../errors.ts';
import { expectLimits, type LeasedLimits, LimitsInForce, type PoolLimits } from '../limits.ts';
import { Alarm } from './alarm.ts';
import type { Connections } from './connections.ts';
import { type Lease, type LeaseOwner, PoolLease } from './lease.ts';
import { Ledger } from './ledger.ts';
import {
  type InactiveReport,
  type PoolOptions,
  type ResolvedPoolOptions,
  resolveOptions,
} from './options.ts';
import type { Pool, PoolStats, PoolTimings } from './pool.ts';
import type { Place, Slot } from './slot.ts';
import { Supply } from './supply.ts';
import { Waiter } from './waiter.ts';
import { Waiters } from './waiters.ts';

/** Creates a pool. It opens nothing before it is asked, unless its limits have a minimum. */
export function createPool<C>(options: PoolOptions<C>): Pool<C> {
  return new PoolCore(resolveOptions(options));
}

/**
 * Who gets which connection. `Supply` decides when one is opened and closed, and `Connections` says in which queue each
 * sits. Of the three together:
 *
 * 1. Nothing is opened while total ≥ max, counting what is being opened and closed. As long as more than max are not being
 *    closed, whatever is idle or given back is closed.
 * 2. Waiters are answered in the order of their coming, and each once: served, timed out, aborted or refused.
 * 3. Nobody waits while a connection rests, but those for whom one is being checked or reset.
 * 4. Nobody waits for nothing: for each one is being opened, or checked or reset and that does not hang, or no more may be
 *    opened now.
 * 5. After the end nothing rests, and nothing is opened but for those who came before it.
 *
 * Whatever may lend, open or close reads the clock through `#now`, which ends limits whose time is over; `stats()` and
 * `limits` only read. Every change of counts ends in
 * `#changed`, when all of the above holds again, so that whoever listens may call the pool.
 */
class PoolCore<C> implements Pool<C>, LeaseOwner<C> {
  readonly name: string;
  readonly lend: LeaseOwner<C>['lend'];
  readonly #options: ResolvedPoolOptions<C>;
  readonly #clock: Clock;
  readonly #limits: LimitsInForce;
  readonly #alarm: Alarm;
  readonly #supply: Supply<C>;
  readonly #connections: Connections<C>;
  readonly #waiters = new Waiters<C>();
  readonly #ledger: Ledger;
  readonly #listeners = new Set<() => void>();
  readonly #life: Lifetime;
  readonly #watchesInactive: boolean;
  /** The end, and how it is brought about; undefined while the pool is open. */
  #end: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(options: ResolvedPoolOptions<C>) {
    this.name = options.name;
    this.lend = options.lend;
    this.#options = options;
    this.#clock = options.clock;
    this.#ledger = new Ledger(options.name);
    this.#limits = new LimitsInForce(options.limits);
    this.#alarm = new Alarm(options.clock, () => this.#sweep());
    this.#watchesInactive = options.inactiveAfterMs < Infinity;
    const demand = { now: () => this.#now(), settle: (now: number) => this.#settle(now) };
    this.#supply = new Supply(options, demand, this.#alarm, this.#ledger);
    this.#connections = this.#supply.connections;
    this.#life = new Lifetime(`pool ${options.name}`, {
      drain: () => this.#drain(),
      abort: (error) => this.#abort(error),
    });
    this.setLimits(options.limits);
  }

  get limits(): PoolLimits {
    return this.#limits.at(this.#clock.monotonic());
  }

  get closed(): boolean {
    return this.#life.closed;
  }

  acquire(options?: WaitOptions): Promise<Lease<C>> {
    const now = this.#now();
    if (options !== undefined || this.#end !== undefined) {
      try {
        this.#admit(options);
      } catch (reason) {
        return Promise.reject(reason);
      }
    }
    const slot = this.#connections.idle.last;
    if (slot === undefined || !slot.isReady(now) || this.#waiters.size > 0) return this.#wait(now, options);
    const lease = this.#lend(slot, now, now, this.#place());
    this.#changed();
    return Promise.resolve(lease);
  }

  async use<T>(fn: (connection: C) => T | Promise<T>, options?: WaitOptions): Promise<T> {
    const lease = await this.acquire(options);
    try {
      return await fn(lease.connection);
    } finally {
      lease[Symbol.dispose]();
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
    const { total, idle, checking, lent, resetting, opening, closing } = this.#connections;
    const first = this.#waiters.first;
    return {
      name: this.name,
      ...this.#limits.at(now),
      total,
      idle: idle.size,
      inUse: checking.size + lent.size + resetting.size,
      opening: opening.size,
      closing: closing.size,
      queued: this.#waiters.size,
      longestWaitMs: first === undefined ? 0 : now - first.since,
      ...this.#ledger.counts(),
    };
  }

  timings(): PoolTimings {
    return this.#ledger.timings();
  }

  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  close(): Promise<void> {
    return this.#life.close();
  }

  destroy(error?: Error): Promise<void> {
    return this.#life.destroy(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // What leases ask.

  giveBack(slot: Slot<C>): void {
    const now = this.#now();
    const connections = this.#connections;
    if (slot.queue !== connections.lent) return;
    this.#endLease(slot, now);
    this.#supply.takeBack(slot, now);
    // Where one went to rest and nobody waits, everything is in order.
    if (slot.queue === connections.idle && this.#waiters.size === 0) this.#changed();
    else this.#settle(now);
  }

  giveUp(slot: Slot<C>, error: Error | undefined): void {
    const now = this.#now();
    if (slot.queue !== this.#connections.lent) return;
    this.#endLease(slot, now);
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
    this.#ledger.limited(this.#limits.min, this.#limits.max);
    this.#alarm.by(this.#limits.endsAt);
    this.#limitSupply();
    this.#supply.reap(now);
    this.#settle(now);
  }

  /** After the end nothing is kept, and once the last waiter has its answer there may be nothing. */
  #limitSupply(): void {
    const { min, max } = this.#limits;
    if (this.#end === undefined) this.#supply.limit(min, max);
    else this.#supply.limit(0, this.#waiters.size === 0 ? 0 : max);
  }

  // Waiting.

  /** Where `acquire` was called, for a pool that tells of connections that are not used. */
  #place(): Place {
    if (!this.#watchesInactive) return undefined;
    const place: { stack?: string } = {};
    Error.captureStackTrace(place, this.acquire);
    return place;
  }

  #admit(options: WaitOptions | undefined): void {
    if (options?.timeoutMs !== undefined) expectNumber('timeoutMs', options.timeoutMs, { min: 0 });
    options?.signal?.throwIfAborted();
    this.#life.check();
  }

  #wait(now: number, options: WaitOptions | undefined): Promise<Lease<C>> {
    if (this.#waiters.size >= this.#options.maxQueued) return Promise.reject(this.#queueFull());
    const waiter = new Waiter<C>(now, options?.timeoutMs ?? this.#options.acquireTimeoutMs, this.#place());
    const signal = options?.signal;
    if (signal !== undefined) waiter.onAbort(signal, () => this.#aborted(waiter, signal));
    this.#waiters.add(waiter);
    this.#settle(now);
    if (waiter.queue !== undefined) this.#alarm.by(waiter.deadline, true);
    return waiter.promise;
  }

  #queueFull(): PoolError {
    const { name, maxQueued } = this.#options;
    const error = new PoolError('POOL_QUEUE_FULL', `${maxQueued} wait for a connection of ${name} already`, {
      retryable: true,
    });
    this.#ledger.refused(error);
    return error;
  }

  #aborted(waiter: Waiter<C>, signal: AbortSignal): void {
    this.#waiters.remove(waiter);
    waiter.refuse(signal.reason);
    this.#settle(this.#now());
  }

  #timeOut(now: number): void {
    for (let late = this.#waiters.takeLate(now); late !== undefined; late = this.#waiters.takeLate(now)) {
      const error = this.#timeoutError(late);
      this.#ledger.timedOut(error);
      late.refuse(error);
    }
  }

  #timeoutError({ since, deadline }: Waiter<C>): PoolError {
    const { lent, opening, closing } = this.#connections;
    const message =
      `No connection of ${this.name} within ${deadline - since} ms: of ${this.#limits.max} ` +
      `${lent.size} are lent, ${opening.size} are being opened and ${closing.size} closed; ${this.#waiters.size} others wait`;
    return new PoolError('POOL_ACQUIRE_TIMEOUT', message, {
      retryable: true,
      cause: this.#supply.gate.lastError,
    });
  }

  // Lending.

  #lend(slot: Slot<C>, now: number, askedAt: number, place: Place): Lease<C> {
    const lease = new PoolLease<C>(this, slot, place);
    slot.lease = lease;
    this.#connections.move(slot, this.#connections.lent, now, now + this.#options.inactiveAfterMs);
    this.#ledger.acquired(now - askedAt);
    return lease;
  }

  #endLease(slot: Slot<C>, now: number): void {
    slot.lease = undefined;
    this.#ledger.released(now - slot.since);
  }

  // Bringing everything in order.

  #settle(now: number): void {
    this.#timeOut(now);
    if (this.#end !== undefined) this.#limitSupply();
    this.#supply.shrink(now);
    this.#serve(now);
    if (this.#end !== undefined) this.#limitSupply();
    this.#supply.grow(now, this.#waiters.size);
    if (this.#supply.gate.isBroken(now) && this.#connections.live === 0) this.#refuseAll();
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

  /** The breaker is open, and no connection is left that could come back. */
  #refuseAll(): void {
    const { lastError, isPermanent } = this.#supply.gate;
    const code = lastError instanceof PoolError && isPermanent ? lastError.code : 'POOL_CONNECT_FAILED';
    const message = `No connection of ${this.name} could be opened: ${messageOf(lastError)}`;
    for (const waiter of this.#waiters.takeAll()) {
      const error = new PoolError(code, message, { retryable: !isPermanent, cause: lastError });
      this.#ledger.refused(error);
      waiter.refuse(error);
    }
  }

  #changed(): void {
    if (this.#end !== undefined && this.#connections.total === 0 && this.#waiters.size === 0) {
      this.#alarm.cancel();
      this.#end.resolve();
    }
    if (this.#listeners.size > 0) for (const listener of this.#listeners) listener();
  }

  // What falls due.

  #sweep(): void {
    const now = this.#now();
    const inactive = this.#findInactive(now);
    this.#supply.sweep(now);
    this.#settle(now);
    this.#supply.setAlarm();
    this.#alarm.by(this.#limits.endsAt);
    if (this.#waiters.size > 0) this.#alarm.by(this.#waiters.deadline, true);
    for (const report of inactive) this.#options.onInactive(report);
  }

  #findInactive(now: number): InactiveReport[] {
    const { inactiveAfterMs, isBusy } = this.#options;
    const found: InactiveReport[] = [];
    for (const slot of this.#connections.lent) {
      if (slot.dueAt > now) continue;
      if (isBusy?.(slot.connection as C)) slot.dueAt = now + inactiveAfterMs;
      else found.push(this.#inactive(slot, now));
    }
    return found;
  }

  #inactive(slot: Slot<C>, now: number): InactiveReport {
    const { inactiveAfterMs, reclaimsInactive } = this.#options;
    const report: InactiveReport = {
      pool: this.name,
      lentMs: now - slot.since,
      inactiveMs: now - slot.dueAt + inactiveAfterMs,
      stack: slot.lease!.taken!.stack ?? '',
      isReclaimed: reclaimsInactive,
    };
    slot.dueAt = Infinity;
    if (reclaimsInactive) this.#reclaim(slot, now);
    this.#ledger.inactive(report);
    return report;
  }

  #reclaim(slot: Slot<C>, now: number, error?: Error): void {
    this.#ledger.reclaimed();
    slot.lease!.reclaim();
    this.#endLease(slot, now);
    this.#supply.close(slot, now, { error });
  }

  // The end.

  #drain(): Promise<void> {
    const { promise } = this.#begin();
    this.#settle(this.#now());
    return promise;
  }

  #abort(error: Error): Promise<void> {
    const { promise } = this.#end ?? this.#begin();
    const now = this.#now();
    for (const waiter of this.#waiters.takeAll()) {
      this.#ledger.refused(error);
      waiter.refuse(error);
    }
    const { idle, checking, lent, resetting, opening } = this.#connections;
    for (const slot of lent) this.#reclaim(slot, now, error);
    for (const queue of [idle, checking, resetting, opening])
      for (const slot of queue) this.#supply.close(slot, now, { error });
    this.#settle(now);
    return promise;
  }

  /** From now on nobody new is let in. */
  #begin(): { readonly promise: Promise<void>; readonly resolve: () => void } {
    let resolve = () => {};
    const promise = new Promise<void>((ended) => {
      resolve = ended;
    });
    this.#end = { promise, resolve };
    return this.#end;
  }
}
