import type { InactiveReport, ResolvedPoolOptions } from './options.ts';
import type { Queue } from './queue.ts';
import type { Place, Slot } from './slot.ts';
import type { PoolStatistics } from './statistics.ts';

/** Finds borrowed connections that are not used. */
export class Inactivity<C> {
  readonly #options: ResolvedPoolOptions<C>;
  readonly #statistics: PoolStatistics;

  constructor(options: ResolvedPoolOptions<C>, statistics: PoolStatistics) {
    this.#options = options;
    this.#statistics = statistics;
  }

  /** The place where `acquire` was called, which costs a microsecond; undefined for a pool that does not look. */
  place(acquire: (...args: never[]) => unknown): Place {
    if (this.#options.inactiveAfterMs === Infinity) return undefined;
    const place: { stack?: string } = {};
    Error.captureStackTrace(place, acquire);
    return place;
  }

  /** Reports each that was not used for too long, once, and calls `reclaim` with those that are to be taken back. */
  find(borrowed: Queue<Slot<C>>, now: number, reclaim: (slot: Slot<C>) => void): readonly InactiveReport[] {
    const { inactiveAfterMs, isBusy } = this.#options;
    const reports: InactiveReport[] = [];
    for (const slot of borrowed) {
      if (slot.dueAt > now) continue;
      if (isBusy?.(slot.connection as C)) slot.dueAt = now + inactiveAfterMs;
      else {
        const report = this.#report(slot, now);
        reports.push(report);
        slot.dueAt = Infinity;
        if (report.isReclaimed) reclaim(slot);
        this.#statistics.inactive(report);
      }
    }
    return reports;
  }

  #report(slot: Slot<C>, now: number): InactiveReport {
    const { name, inactiveAfterMs, reclaimsInactive } = this.#options;
    return {
      pool: name,
      lentMs: now - slot.since,
      inactiveMs: now - slot.dueAt + inactiveAfterMs,
      stack: slot.borrowed!.taken!.stack ?? '',
      isReclaimed: reclaimsInactive,
    };
  }
}
