import { Alarm, type Clock } from '@inkwire/base';

/** Milliseconds between two sweeps. */
const sweepEveryMs = 1000;
/** The most keys that one sweep removes. When it removed as many, the next one follows soon. */
export const sweepAtMost = 1000;
const soonMs = 5;

/** Time for expiry: it starts at `startMs` and runs evenly, also when the machine's clock is set. */
export function createExpiryTime(clock: Clock, startMs: number): () => number {
  const offset = startMs - clock.monotonic();
  return () => offset + clock.monotonic();
}

/**
 * Calls `sweep` now and then while there is something that expires. `sweep` answers how many it removed; the owner calls
 * `wake` when something that expires was added, and `stop` at its end.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #sweep: () => number | PromiseLike<number>;
  readonly #anything: () => boolean;
  readonly #alarm: Alarm;

  constructor(
    clock: Clock,
    options: { readonly sweep: () => number | PromiseLike<number>; readonly anything: () => boolean },
  ) {
    this.#clock = clock;
    this.#sweep = options.sweep;
    this.#anything = options.anything;
    this.#alarm = new Alarm(clock, () => this.#run());
  }

  wake(): void {
    this.#after(sweepEveryMs);
  }

  stop(): void {
    this.#alarm.cancel();
  }

  #after(delayMs: number): void {
    this.#alarm.by(this.#clock.monotonic() + delayMs);
  }

  #run(): void {
    const removed = this.#sweep();
    if (typeof removed === 'number') this.#scheduleNext(removed);
    else
      removed.then(
        (count) => this.#scheduleNext(count),
        // The disk is full or failing. The next write reports that; the sweep is tried again.
        () => this.#scheduleNext(0),
      );
  }

  #scheduleNext(removed: number): void {
    if (this.#anything()) this.#after(removed >= sweepAtMost ? soonMs : sweepEveryMs);
  }
}
