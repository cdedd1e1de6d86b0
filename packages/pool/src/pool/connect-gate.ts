import { createBackoff, type Random } from '@inkwire/base';

export interface ConnectGateOptions {
  readonly breakerAfter: number;
  readonly backoffInitialMs: number;
  readonly backoffMaxMs: number;
  readonly fullRetryMs: number;
  readonly random: Random;
}

/** A database that was full a moment ago is asked again at least this often. */
const longestFullRetryMs = 500;

/**
 * Whether another connection may be opened now. Attempts that were under way together count as one round, so that one
 * restart of the database, met by ten of them, is not ten failures.
 *
 *     open ──a round fails──▶ backing off: one attempt at a time, after a jittered wait that doubles
 *       ▲                        │ `breakerAfter` rounds in a row
 *       │                        ▼
 *       └──an attempt succeeds── broken: the same, and who waits without any connection is refused until the next attempt
 *
 * Where trying again is of no use the first failure breaks it. A database that says it is full works; it only has not
 * noticed yet that a connection was closed. So that counts as no failure, and the waits are short.
 */
export class ConnectGate {
  readonly #breakerAfter: number;
  readonly #waitAfterFailure: (round: number) => number;
  readonly #waitWhenFull: (round: number) => number;
  #failedRounds = 0;
  #fullRounds = 0;
  #retryAt = -Infinity;
  #round = 0;
  /** The error of the last attempt, undefined after a success; and whether trying again is of no use. */
  lastError: unknown;
  isPermanent = false;

  constructor(options: ConnectGateOptions) {
    const { breakerAfter, backoffInitialMs, backoffMaxMs, fullRetryMs, random } = options;
    this.#breakerAfter = breakerAfter;
    this.#waitAfterFailure = createBackoff({
      initialMs: backoffInitialMs,
      maxMs: backoffMaxMs,
      random: random.next,
    });
    this.#waitWhenFull = createBackoff({
      initialMs: fullRetryMs,
      maxMs: Math.max(fullRetryMs, longestFullRetryMs),
      random: random.next,
    });
  }

  /** Kept by an attempt, and given back with its failure. */
  get round(): number {
    return this.#round;
  }

  /** The time at which the next attempt may begin; for one that may begin now, a moment that has passed. */
  get retryAt(): number {
    return this.#retryAt;
  }

  /** Whether attempts have to go one at a time. */
  get isNarrow(): boolean {
    return this.#failedRounds + this.#fullRounds > 0;
  }

  isBroken(nowMs: number): boolean {
    return this.#failedRounds >= this.#breakerAfter && nowMs < this.#retryAt;
  }

  succeeded(): void {
    this.#failedRounds = this.#fullRounds = 0;
    this.#retryAt = -Infinity;
    this.lastError = undefined;
    this.isPermanent = false;
  }

  failed(round: number, error: unknown, nowMs: number, isPermanent: boolean): void {
    this.lastError = error;
    this.isPermanent = isPermanent;
    if (this.#next(round)) this.#retryAt = nowMs + this.#waitAfterFailure(this.#failedRounds++);
    if (isPermanent) this.#failedRounds = Math.max(this.#failedRounds, this.#breakerAfter);
  }

  full(round: number, error: unknown, nowMs: number): void {
    this.lastError = error;
    this.isPermanent = false;
    if (this.#next(round)) this.#retryAt = nowMs + this.#waitWhenFull(this.#fullRounds++);
  }

  #next(round: number): boolean {
    if (round !== this.#round) return false;
    this.#round++;
    return true;
  }
}
