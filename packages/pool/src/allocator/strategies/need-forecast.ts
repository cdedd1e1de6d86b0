/** Of a deviation, so much is still there when a connection that was moved at once can be used. */
const remaining = 0.25;
/** With connects that take so long, in milliseconds, only 1/e of that is. */
const transientMs = 50;
/** A need that is further from the usual, in standard deviations, is no chance: with connects that take no time, and at most. */
const [leastSurprise, mostSurprise] = [3, 5];
const surpriseMs = 30;

/** The numbers that the forecasts of all clients share. */
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
 * The need of a client at the time when a connection that is taken from another arrives.
 *
 * Need varies: independent arrivals by the root of their mean. An excursion ends about as soon as the queries that made it.
 * A forecast that follows it is too late, and a connection that moves serves no query. So the forecast is the usual need,
 * and a part of the difference to the present need. The usual need is an exponential mean over `memoryMs` (a plain mean for
 * a newer client). It is never further from the present need than chance explains, so that a step is followed at once.
 *
 * The slower connects are, the less the forecast follows. The numbers were chosen in the simulator, bench/pool/sim: within a factor
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
