import { events } from './events.ts';
import { DurationHistogram } from './histogram.ts';
import type { InactiveReport } from './options.ts';
import type { PoolCounts, PoolTimings } from './pool.ts';

/** Counts the work of a pool, and publishes it on a channel while that has subscribers. */
export class PoolStatistics {
  readonly #pool: string;
  readonly #createTime = new DurationHistogram();
  readonly #waitTime = new DurationHistogram();
  readonly #useTime = new DurationHistogram();
  readonly #counts = {
    acquired: 0,
    released: 0,
    timeouts: 0,
    refused: 0,
    opened: 0,
    closed: 0,
    failures: 0,
    full: 0,
    lost: 0,
    inactive: 0,
    reclaimed: 0,
  };

  constructor(pool: string) {
    this.#pool = pool;
  }

  limited(min: number, max: number): void {
    if (events.limits.hasSubscribers) events.limits.publish({ pool: this.#pool, min, max });
  }

  acquired(waitedMs: number): void {
    this.#counts.acquired++;
    this.#waitTime.record(waitedMs);
    if (events.acquire.hasSubscribers) events.acquire.publish({ pool: this.#pool, waitedMs });
  }

  released(usedMs: number): void {
    this.#counts.released++;
    this.#useTime.record(usedMs);
    if (events.release.hasSubscribers) events.release.publish({ pool: this.#pool, usedMs });
  }

  timedOut(error: Error): void {
    this.#counts.timeouts++;
    this.#publishRefusal(error);
  }

  refused(error: Error): void {
    this.#counts.refused++;
    this.#publishRefusal(error);
  }

  opened(tookMs: number): void {
    this.#counts.opened++;
    this.#createTime.record(tookMs);
    if (events.open.hasSubscribers) events.open.publish({ pool: this.#pool, tookMs });
  }

  failed(error: unknown, isFull: boolean): void {
    if (isFull) this.#counts.full++;
    else this.#counts.failures++;
    if (events.fail.hasSubscribers) events.fail.publish({ pool: this.#pool, error, isFull });
  }

  closed(): void {
    this.#counts.closed++;
    if (events.close.hasSubscribers) events.close.publish({ pool: this.#pool });
  }

  lost(): void {
    this.#counts.lost++;
  }

  inactive(report: InactiveReport): void {
    this.#counts.inactive++;
    if (events.inactive.hasSubscribers) events.inactive.publish(report);
  }

  reclaimed(): void {
    this.#counts.reclaimed++;
  }

  counts(): PoolCounts {
    return {
      ...this.#counts,
      waitMs: this.#waitTime.sumMs,
      serviceMs: this.#useTime.sumMs,
    };
  }

  timings(): PoolTimings {
    return {
      create: this.#createTime.snapshot(),
      wait: this.#waitTime.snapshot(),
      use: this.#useTime.snapshot(),
    };
  }

  #publishRefusal(error: Error): void {
    if (events.refuse.hasSubscribers) events.refuse.publish({ pool: this.#pool, error });
  }
}
