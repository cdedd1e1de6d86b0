/**
 * A leaky bucket: `most` at once, and as many again over each `perMs`. It has no timer: each call passes the time, by a
 * clock that never goes back.
 */
export class RateLimit {
  readonly #most: number;
  readonly #perMs: number;
  #used = 0;
  #countedAt = 0;

  constructor(most: number, perMs: number) {
    this.#most = most;
    this.#perMs = perMs;
  }

  /** Milliseconds until one more may be taken; 0 when it may be now. */
  waitMs(now: number): number {
    const excess = this.#usedAt(now) + 1 - this.#most;
    return Math.max(0, Math.ceil((excess * this.#perMs) / this.#most));
  }

  /** Takes one; false, and nothing is taken, when there is none left. */
  take(now: number): boolean {
    if (this.waitMs(now) > 0) return false;
    this.#used = this.#usedAt(now) + 1;
    this.#countedAt = now;
    return true;
  }

  #usedAt(now: number): number {
    return Math.max(0, this.#used - ((now - this.#countedAt) * this.#most) / this.#perMs);
  }
}
