import { Alarm, type Clock } from '@inkwire/base';

/** Milliseconds between two looks for keys that have expired. */
const sweepEveryMs = 1000;
/** The most keys that one look removes; when there were as many, the next follows soon. */
export const sweepAtMost = 1000;
const soonMs = 5;

/** Time for expiry: it begins with `startMs` and goes on evenly, however the machine's clock is set meanwhile. */
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
    this.#alarm = new Alarm(clock, () => this.#look());
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

  #look(): void {
    const removed = this.#sweep();
    if (typeof removed === 'number') this.#goOn(removed);
    else
      removed.then(
        (count) => this.#goOn(count),
        // The disk is full or failing: whoever writes hears of it; here it is tried again.
        () => this.#goOn(0),
      );
  }

  #goOn(removed: number): void {
    if (this.#anything()) this.#after(removed >= sweepAtMost ? soonMs : sweepEveryMs);
  }
}
