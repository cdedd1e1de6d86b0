import type { Alarm } from '@inkwire/base';
import { PoolError } from '../errors.ts';
import { ConnectGate } from './connect-gate.ts';
import { Connections } from './connections.ts';
import type { ResolvedPoolOptions } from './options.ts';
import type { Queue } from './queue.ts';
import { Slot } from './slot.ts';
import type { PoolStatistics } from './statistics.ts';

/** A caller waits no longer than this for a check or a reset that hangs, if there is another way. */
const patienceMs = 50;

/** The side of the pool that the supply calls. */
export interface Demand {
  /** Reads the clock. If leased limits have ended by then, they are lowered before it returns. */
  now(): number;
  /** Called after every change, when the supply has finished. */
  settle(now: number): void;
}

/**
 * Decides when a connection is opened, checked, reset, kept idle and closed; `Connections` does it. The pool decides which
 * caller receives one.
 */
export class Supply<C> {
  readonly connections: Connections<C>;
  readonly gate: ConnectGate;
  /** The connections to keep, and the most that there may be. */
  #min = 0;
  #max = 0;
  readonly #options: ResolvedPoolOptions<C>;
  readonly #demand: Demand;
  readonly #alarm: Alarm;
  readonly #statistics: PoolStatistics;

  constructor(options: ResolvedPoolOptions<C>, demand: Demand, alarm: Alarm, statistics: PoolStatistics) {
    this.#options = options;
    this.#demand = demand;
    this.#alarm = alarm;
    this.#statistics = statistics;
    this.gate = new ConnectGate(options);
    this.connections = new Connections(options, alarm, {
      opened: (slot) => this.#opened(slot),
      openFailed: (slot, error) => this.#openFailed(slot, error),
      examined: (slot, isFit) => this.#examined(slot, isFit),
      lost: (slot) => this.#lost(slot),
      gone: (slot) => this.#gone(slot),
    });
  }

  /** Most of the time nothing is: then neither who acquires nor who gives back pays for it. */
  get #isExamining(): boolean {
    return this.connections.checking.size + this.connections.resetting.size > 0;
  }

  limit(min: number, max: number): void {
    this.#min = min;
    this.#max = max;
  }

  /** Decides what becomes of a connection that was given back. */
  takeBack(slot: Slot<C>, now: number): void {
    if (slot.isLost) this.#discard(slot, now);
    else if (now >= slot.retireAt || this.connections.live > this.#max) this.close(slot, now);
    else if (this.#options.reset === undefined) this.#rest(slot, now);
    else {
      this.connections.move(slot, this.connections.resetting, now, now + this.#options.checkTimeoutMs);
      this.connections.reset(slot);
    }
  }

  /** Those that the next who wait will be given if they prove fit, which they are not trusted to for long. */
  promising(now: number): number {
    if (!this.#isExamining) return 0;
    let promising = 0;
    for (const queue of [this.connections.checking, this.connections.resetting])
      for (let slot = oldestTimely(queue, now); slot !== undefined; slot = slot.next) promising++;
    return promising;
  }

  check(slot: Slot<C>, now: number): void {
    this.connections.move(slot, this.connections.checking, now, now + this.#options.checkTimeoutMs);
    this.connections.check(slot);
  }

  close(slot: Slot<C>, now: number, atOnce?: { readonly error: Error | undefined }): void {
    this.connections.move(slot, this.connections.closing, now, now + this.#options.closeTimeoutMs);
    this.connections.end(slot, atOnce === undefined, atOnce?.error);
  }

  /** Closes connections above the maximum, except borrowed ones: first idle ones, then those being opened. */
  shrink(now: number): void {
    const { connections } = this;
    while (connections.live > this.#max) {
      const slot = connections.idle.first ?? connections.opening.last;
      if (slot === undefined) return;
      this.close(slot, now);
    }
  }

  /** Opens what lacks for so many who wait and for the minimum, as far as the maximum and the gate let it. */
  grow(now: number, waiting: number): void {
    const { connections, gate } = this;
    const { opening } = connections;
    if (waiting > 0 && this.#isExamining)
      for (const queue of [connections.checking, connections.resetting])
        this.#alarm.by((oldestTimely(queue, now)?.since ?? Infinity) + patienceMs);
    while (this.#lacking(waiting, now) > 0 && connections.total < this.#max) {
      if (gate.isNarrow && opening.size > 0) return;
      if (now < gate.retryAt) {
        this.#alarm.by(gate.retryAt);
        return;
      }
      const slot = new Slot<C>(gate.round, now);
      connections.move(slot, opening, now, now + this.#options.openTimeoutMs);
      connections.begin(slot);
    }
  }

  /** Closes what has rested for too long, the longest first, as long as more than the minimum are there. */
  reap(now: number): void {
    for (const slot of this.connections.idle) {
      if (this.connections.live <= this.#min) return;
      if (slot.since + this.#options.idleTimeoutMs > now) return;
      this.close(slot, now);
    }
  }

  /** Handles connections that have been in their queue for too long, except borrowed ones. */
  sweep(now: number): void {
    const { opening, idle, checking, resetting, closing } = this.connections;
    for (const slot of opening) if (slot.dueAt <= now) this.#openTimedOut(slot, now);
    for (const slot of idle) if (slot.dueAt <= now) this.close(slot, now);
    for (const slot of checking) if (slot.dueAt <= now) this.#discard(slot, now);
    for (const slot of resetting) if (slot.dueAt <= now) this.#discard(slot, now);
    for (const slot of closing) if (slot.dueAt <= now) this.#losePatience(slot);
    this.reap(now);
  }

  /** Sets the alarm for the next connection that will have stayed too long. */
  setAlarm(): void {
    const { idle, live, earliestDue } = this.connections;
    this.#alarm.by(earliestDue);
    if (idle.first !== undefined && live > this.#min)
      this.#alarm.by(idle.first.since + this.#options.idleTimeoutMs);
  }

  #lacking(waiting: number, now: number): number {
    const { opening, live } = this.connections;
    return Math.max(waiting - this.promising(now) - opening.size, this.#min - live);
  }

  #rest(slot: Slot<C>, now: number): void {
    const { checkAfterIdleMs, idleTimeoutMs, check } = this.#options;
    slot.freshUntil = check === undefined ? Infinity : now + checkAfterIdleMs;
    this.connections.move(slot, this.connections.idle, now, slot.retireAt);
    this.#alarm.by(now + idleTimeoutMs);
  }

  /** Ends a connection that is good for nothing. */
  #discard(slot: Slot<C>, now: number): void {
    this.#statistics.lost();
    this.close(slot, now, { error: undefined });
  }

  #opened(slot: Slot<C>): void {
    const now = this.#demand.now();
    this.#statistics.opened(now - slot.askedAt);
    if (slot.queue !== this.connections.opening) return;
    const { maxLifeMs, lifeJitter, random } = this.#options;
    slot.retireAt = now + maxLifeMs * (1 - lifeJitter * random.next());
    this.gate.succeeded();
    if (slot.isLost) this.#discard(slot, now);
    else this.#rest(slot, now);
    this.#demand.settle(now);
  }

  #openFailed(slot: Slot<C>, error: unknown): void {
    const now = this.#demand.now();
    const isFull = this.#options.isFull?.(error) ?? false;
    this.#statistics.failed(error, isFull);
    if (isFull) this.gate.full(slot.round, error, now);
    else this.gate.failed(slot.round, error, now, this.#options.isPermanent(error));
    this.#demand.settle(now);
  }

  #openTimedOut(slot: Slot<C>, now: number): void {
    const { name, openTimeoutMs } = this.#options;
    const message = `Opening a connection of ${name} took longer than ${openTimeoutMs} ms`;
    const error = new PoolError('POOL_OPEN_TIMEOUT', message, { retryable: true });
    this.#statistics.failed(error, false);
    this.gate.failed(slot.round, error, now, false);
    this.close(slot, now, { error });
  }

  #examined(slot: Slot<C>, isFit: boolean): void {
    const now = this.#demand.now();
    const { checking, resetting } = this.connections;
    if (slot.queue !== checking && slot.queue !== resetting) return;
    if (isFit && !slot.isLost) this.#rest(slot, now);
    else this.#discard(slot, now);
    this.#demand.settle(now);
  }

  #lost(slot: Slot<C>): void {
    const now = this.#demand.now();
    // A lent connection stays with its holder, who sees it fail.
    if (slot.queue === this.connections.borrowed || slot.queue === this.connections.closing) return;
    this.#discard(slot, now);
    this.#demand.settle(now);
  }

  #gone(slot: Slot<C>): void {
    if (slot.isOpened) this.#statistics.closed();
    this.#demand.settle(this.#demand.now());
  }

  #losePatience(slot: Slot<C>): void {
    slot.dueAt = Infinity;
    this.connections.end(slot, false);
  }
}

function oldestTimely<C>(queue: Queue<Slot<C>>, now: number): Slot<C> | undefined {
  let slot = queue.first;
  while (slot !== undefined && slot.since + patienceMs <= now) slot = slot.next;
  return slot;
}
