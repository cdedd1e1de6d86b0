import type { Clock, Timer } from '@inkwire/base';

/**
 * The one timer of a pool. It is set for the earliest moment at which something may fall due and is not taken back when
 * that no longer does: it rings, its owner looks around and says what comes next. So a busy pool sets no timer per acquire.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: Timer | undefined;
  #at = Infinity;
  #isHolding = false;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `atMs` at the latest. One that holds keeps the process alive until it rings. */
  by(atMs: number, isHolding = false): void {
    if (atMs < this.#at || (isHolding && !this.#isHolding)) this.#set(Math.min(atMs, this.#at), isHolding);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#at = Infinity;
    this.#isHolding = false;
  }

  #set(atMs: number, isHolding: boolean): void {
    this.#timer?.cancel();
    this.#at = atMs;
    this.#isHolding ||= isHolding;
    const ring = () => {
      this.cancel();
      this.#ring();
    };
    const delayMs = Math.max(0, atMs - this.#clock.monotonic());
    this.#timer = this.#clock.after(delayMs, ring, { unref: !this.#isHolding });
  }
}
