/** Upper bounds in milliseconds, those that OpenTelemetry advises for the durations of database clients. */
const boundsMs = [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000] as const;

/** The number of durations under each bound, and their sum. */
export interface DurationCounts {
  readonly count: number;
  readonly sumMs: number;
  /** Cumulative, as Prometheus has them: so many took `atMostMs` or less. Those longer than the last are in `count` alone. */
  readonly buckets: readonly { readonly atMostMs: number; readonly count: number }[];
}

/** Counts durations; recording one allocates nothing. */
export class DurationHistogram {
  readonly #counts = new Array<number>(boundsMs.length + 1).fill(0);
  #sumMs = 0;

  record(durationMs: number): void {
    let bucket = 0;
    while (bucket < boundsMs.length && durationMs > boundsMs[bucket]!) bucket++;
    this.#counts[bucket]!++;
    this.#sumMs += durationMs;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  snapshot(): DurationCounts {
    let count = 0;
    const buckets = boundsMs.map((atMostMs, i) => ({ atMostMs, count: (count += this.#counts[i]!) }));
    return { count: count + this.#counts.at(-1)!, sumMs: this.#sumMs, buckets };
  }
}
