import type { Clock } from '@inkwire/base';
import { Histogram } from './histogram.ts';

/** Sums over one window of time. */
export interface Window {
  responseMs: number;
  answers: number;
}

/** Hears of every answer and keeps what the tables and curves need. */
export class Recorder {
  readonly #clock: Clock;
  readonly #fromMs: number;
  readonly #windowMs: number;
  readonly #byClient: Histogram[] = [];
  readonly windows: Window[] = [];
  failures = 0;
  /** Answers that began later than they were wanted, and the sum of those delays in milliseconds. */
  waited = 0;
  waitMs = 0;

  /** Queries wanted before `fromMs` are left out; windows of `windowMs` are counted by the moment of the answer. */
  constructor(clock: Clock, { fromMs, windowMs }: { readonly fromMs: number; readonly windowMs: number }) {
    this.#clock = clock;
    this.#fromMs = fromMs;
    this.#windowMs = windowMs;
  }

  /** A query of the client with this index, wanted at `wantedMs`, that took `serviceMs` in the database. */
  answered(client: number, wantedMs: number, serviceMs: number, failed: boolean): void {
    if (wantedMs < this.#fromMs) return;
    if (failed) {
      this.failures++;
      return;
    }
    const now = this.#clock.monotonic();
    const responseMs = now - wantedMs;
    this.#histogram(client).record(responseMs);
    const delayMs = responseMs - serviceMs;
    this.waitMs += delayMs;
    if (delayMs > 1e-6) this.waited++;
    const window = (this.windows[Math.floor(now / this.#windowMs)] ??= { responseMs: 0, answers: 0 });
    window.responseMs += responseMs;
    window.answers++;
  }

  /** The response times of each client that had any. */
  get clients(): readonly Histogram[] {
    return this.#byClient.filter((histogram) => histogram !== undefined);
  }

  /** The response times of all clients together. */
  get all(): Histogram {
    const sum = new Histogram();
    for (const histogram of this.clients) sum.add(histogram);
    return sum;
  }

  #histogram(client: number): Histogram {
    return (this.#byClient[client] ??= new Histogram());
  }
}
