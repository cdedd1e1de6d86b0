const shortestMs = 0.001;
const growth = Math.log(1.004);

/** Counts of durations in buckets that each are 0.4 % wider than the last, from 1 µs up; the sum is exact. */
export class Histogram {
  readonly #counts: number[] = [];
  #sum = 0;
  #count = 0;

  record(durationMs: number): void {
    const bucket = durationMs <= shortestMs ? 0 : Math.ceil(Math.log(durationMs / shortestMs) / growth);
    while (this.#counts.length <= bucket) this.#counts.push(0);
    this.#counts[bucket]!++;
    this.#sum += durationMs;
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  /** In milliseconds; 0 when nothing was recorded. */
  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** The duration that a share `q` lies at or below, in milliseconds, to 0.4 %; 0 when nothing was recorded. */
  quantile(q: number): number {
    let left = Math.ceil(q * this.#count);
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0);
    return bucket <= 0 ? 0 : shortestMs * Math.exp((bucket - 0.5) * growth);
  }

  add(other: Histogram): void {
    while (this.#counts.length < other.#counts.length) this.#counts.push(0);
    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket]! += count;
    this.#sum += other.#sum;
    this.#count += other.#count;
  }
}
