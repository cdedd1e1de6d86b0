import type { Clock } from '@inkwire/base';

/** A count that changes at moments, and its mean over time. */
export class TimeAverage {
  readonly #clock: Clock;
  #value = 0;
  #area = 0;
  #changedMs: number;
  readonly #beganMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beganMs = this.#changedMs = clock.monotonic();
  }

  get value(): number {
    return this.#value;
  }

  add(difference: number): void {
    this.#account();
    this.#value += difference;
  }

  /** The mean since the start; 0 before any time has passed. */
  mean(): number {
    this.#account();
    const tookMs = this.#changedMs - this.#beganMs;
    return tookMs === 0 ? 0 : this.#area / tookMs;
  }

  #account(): void {
    const now = this.#clock.monotonic();
    this.#area += this.#value * (now - this.#changedMs);
    this.#changedMs = now;
  }
}
