import { Alarm, type Clock, expectNumber, Owner, systemClock } from '@inkwire/base';
import { firstIdAt } from '@inkwire/readings';
import { HubError } from './errors.ts';
import type { Hub } from './hub.ts';
import { addCounters } from './measures.ts';
import type { SystemName } from './system/system-part.ts';

/** How long readings are kept. */
export interface RetentionOptions {
  /** The age at which a reading is removed, at least a minute. */
  readonly keepMs: number;
  readonly clock?: Clock;
  /** Called with each failure: it is tried again a minute later. */
  readonly onError?: (error: unknown) => void;
}

/** Removes readings at their age while the hub serves, until it is closed. */
export interface Retention extends AsyncDisposable {
  /** How many were removed, and how many steps failed. */
  readonly counts: { readonly removed: number; readonly failed: number };
  close(): Promise<void>;
}

/** Removed in one step: they share a commit. */
const atOnce = 32;
/** Between two steps while there is more, so that others come in between: at most 320 a second. */
const pauseMs = 100;
const idleMs = 60_000;
/** A clock that has jumped forward by this says nothing about age. */
const jumpMs = 3_600_000;
/** How long a person has to set it right. */
const restMs = 86_400_000;

/**
 * Begins to remove readings that are older than `keepMs`, by the time in their id, a few at a time,
 * and with a notice to the listeners as for any removal. Where the clock jumps forward, nothing is removed for a day. It does
 * not own the hub.
 */
export function createRetention(hub: Hub, options: RetentionOptions): Retention {
  return new HubRetention(hub, options);
}

/** The metrics of a retention. */
export const retentionMetrics =
  (retention: Retention): SystemName =>
  () => ({
    addMetrics: (registers) =>
      addCounters(registers, () => retention.counts, {
        inkwire_readings_expired_total: ['Readings removed for their age', ({ removed }) => removed],
        inkwire_retention_failures_total: ['Steps of that which failed', ({ failed }) => failed],
      }),
  });

class HubRetention extends Owner implements Retention {
  readonly counts = { removed: 0, failed: 0 };
  readonly #hub: Hub;
  readonly #keepMs: number;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #alarm: Alarm;
  readonly #startedAt: number;
  /** What the clock is ahead of the time that has passed since the start. */
  #ahead = 0;
  #step: Promise<void> | undefined;

  constructor(hub: Hub, { keepMs, clock = systemClock, onError = () => {} }: RetentionOptions) {
    super('retention');
    this.#hub = hub;
    this.#keepMs = expectNumber('keepMs', keepMs, { min: 60_000 });
    this.#clock = clock;
    this.#onError = onError;
    this.#startedAt = clock.now() - clock.monotonic();
    this.#alarm = new Alarm(clock, () => {
      this.#step = this.#work();
    });
    this.#next(0);
  }

  protected override async drain(): Promise<void> {
    this.#alarm.cancel();
    await this.#step;
  }

  #next(ms: number): void {
    if (!this.closed) this.#alarm.by(this.#clock.monotonic() + ms);
  }

  async #work(): Promise<void> {
    try {
      this.#next(this.#hasJumped() ? restMs : (await this.#removeSome()) ? pauseMs : idleMs);
    } catch (error) {
      if (this.closed) return;
      this.counts.failed++;
      this.#onError(error);
      this.#next(idleMs);
    }
  }

  /** Removes a few readings that are too old, and says whether there may be more. */
  async #removeSome(): Promise<boolean> {
    const before = firstIdAt(Math.max(0, this.#clock.now() - this.#keepMs));
    const { readings } = await this.#hub.readings.list({ before, limit: atOnce });
    const removed = await Promise.all(readings.map(({ id }) => this.#hub.remove(id)));
    this.counts.removed += removed.filter(Boolean).length;
    return readings.length === atOnce;
  }

  #hasJumped(): boolean {
    const ahead = this.#clock.now() - this.#clock.monotonic() - this.#startedAt;
    const by = ahead - this.#ahead;
    this.#ahead = ahead;
    if (by < jumpMs) return false;
    const message = `The clock has jumped forward by ${Math.round(by / jumpMs)} hours: no reading is removed for its age for a day`;
    this.#onError(new HubError('HUB_CLOCK_JUMPED', message));
    return true;
  }
}
