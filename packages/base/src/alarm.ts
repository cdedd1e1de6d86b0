import type { Clock, Timer } from './clock.ts';

/**
 * One timer for an owner that waits for many moments. It is set for the earliest of them. When that moment no longer
 * matters it rings all the same; the owner then handles what is due and calls `by` for the next moment. So a busy owner
 * does not set a timer for each thing that it accepts.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: Timer | undefined;
  #atMs = Infinity;
  #isHolding = false;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = () => {
      this.cancel();
      ring();
    };
  }

  /**
   * Rings at `atMs` of the clock's `monotonic` time, or earlier if that was asked for. If `isHolding`, it keeps the
   * process alive until it rings.
   */
  by(atMs: number, isHolding = false): void {
    if (atMs < this.#atMs || (isHolding && !this.#isHolding))
      this.#set(Math.min(atMs, this.#atMs), isHolding);
  }

  /** Forgets every moment that was asked for. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#atMs = Infinity;
    this.#isHolding = false;
  }

  #set(atMs: number, isHolding: boolean): void {
    this.#timer?.cancel();
    this.#atMs = atMs;
    this.#isHolding ||= isHolding;
    const delayMs = Math.max(0, atMs - this.#clock.monotonic());
    this.#timer = this.#clock.after(delayMs, this.#ring, { unref: !this.#isHolding });
  }
}
