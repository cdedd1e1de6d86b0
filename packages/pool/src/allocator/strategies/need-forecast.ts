/** Of a deviation, so much is still there when a connection that was moved at once can be used. */
const remaining = 0.25;
/** With connects that take so long, in milliseconds, only 1/e of that is. */
const transientMs = 50;
/** A need that is further from the usual, in standard deviations, is no chance: with connects that take no time, and at most. */
const [leastSurprise, mostSurprise] = [3, 5];
const surpriseMs = 30;

/** What the forecasts of all clients have in common. */
export class ForecastRule {
  /** Of what is seen beside the usual need, the part that is followed. */
  readonly followed: number;
  /** In standard deviations. */
  readonly surprise: number;
  readonly memoryMs: number;

  constructor(connectMs: number, memoryMs: number) {
    this.followed = remaining * Math.exp(-connectMs / transientMs);
    this.surprise = Math.min(mostSurprise, leastSurprise + connectMs / surpriseMs);
    this.memoryMs = memoryMs;
  }
}

/**
 * What a client will need when a connection that is taken from another has come to it.
 *
 * Need wavers, independent arrivals by the root of their mean, and an excursion ends about as soon as the queries that
 * made it. A forecast that follows it comes too late, and what is being moved serves nobody. So the usual need counts, an
 * exponential mean over `memoryMs` (a plain one for a client that has not been there so long), and a part of what is seen
 * beside it. The usual is never further from what is seen than chance explains: a step is believed at once.
 *
 * The slower connects are, the less is followed. The numbers were chosen in the simulator, bench/pool/sim: within a factor
 * of two of each the mean response at 85 % load changes by less than 1 %.
 */
export class NeedForecast {
  readonly #rule: ForecastRule;
  readonly #sinceMs: number;
  #usual = 0;
  #last = 0;
  #seenAtMs = 0;

  constructor(rule: ForecastRule, nowMs: number) {
    this.#rule = rule;
    this.#sinceMs = nowMs;
  }

  /** Whether the usual need is on its way to what was seen last. */
  get isFading(): boolean {
    return Math.abs(this.#usual - this.#last) >= 0.5;
  }

  /** Takes note of what is needed now, and answers what will be. */
  see(need: number, nowMs: number): number {
    const { followed, surprise, memoryMs } = this.#rule;
    const lifeMs = nowMs - this.#sinceMs;
    const agedMs = nowMs - this.#seenAtMs;
    const faded = lifeMs === 0 ? 1 : Math.max(agedMs / lifeMs, -Math.expm1(-agedMs / memoryMs));
    const usual = this.#usual + (this.#last - this.#usual) * faded;
    const chance = surprise * Math.sqrt(1 + need);
    this.#usual = Math.min(need + chance, Math.max(need - chance, usual));
    this.#last = need;
    this.#seenAtMs = nowMs;
    return this.#usual + followed * (need - this.#usual);
  }
}
