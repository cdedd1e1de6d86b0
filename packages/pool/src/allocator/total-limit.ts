/** The load that decides the total: sums over all clients since the beginning, and the present state. */
export interface LoadSeen {
  readonly completed: number;
  readonly serviceMs: number;
  /** Connections in use now. */
  readonly inUse: number;
  /** The part of the clients that need more than they may have. */
  readonly starving: number;
}

/**
 * The number of connections that are shared in all: from a comfortable one up to the most that the database takes.
 *
 * Every 250 ms the mean service time of what was completed since is compared with the best one seen at the comfortable
 * number (forgotten slowly: 1 % closer to the present every time that this is what is shared):
 *
 *     most clients starve, 90 % in use, service ≤ 1.25 × best  →  total + max(1, total / 16)
 *     service > 1.6 × best                                     →  total × 0.9
 *     few starve                                               →  total − max(1, total / 16), once a second
 *
 * This is additive increase and multiplicative decrease by latency, as in adaptive concurrency limits (Netflix,
 * concurrency-limits; Jacobson, "Congestion avoidance and control", 1988): if each query takes longer by as much as more
 * of them run, more connections do not help.
 */
export class TotalLimit {
  readonly #comfortable: number;
  readonly #most: number;
  #total: number;
  #bestMs = Infinity;
  #seenAtMs = -Infinity;
  #calmTicks = 0;
  #completed = 0;
  #serviceMs = 0;

  constructor(comfortable: number, most: number) {
    this.#comfortable = comfortable;
    this.#most = most;
    this.#total = comfortable;
  }

  get total(): number {
    return this.#total;
  }

  /** Whether there is anything to decide. */
  get isFixed(): boolean {
    return this.#comfortable === this.#most;
  }

  see(load: LoadSeen, nowMs: number): void {
    if (this.isFixed || nowMs - this.#seenAtMs < everyMs) return;
    this.#seenAtMs = nowMs;
    const completed = load.completed - this.#completed;
    const meanMs = (load.serviceMs - this.#serviceMs) / completed;
    this.#completed = load.completed;
    this.#serviceMs = load.serviceMs;
    if (completed >= fewest) this.#follow(load, meanMs);
    if (load.starving >= 0.5) this.#calmTicks = 0;
    else if (++this.#calmTicks % calmTicks === 0) this.#set(this.#total - this.#step);
  }

  #follow({ inUse, starving }: LoadSeen, meanMs: number): void {
    if (this.#total === this.#comfortable)
      this.#bestMs = meanMs < this.#bestMs ? meanMs : this.#bestMs + 0.01 * (meanMs - this.#bestMs);
    if (meanMs > 1.6 * this.#bestMs) this.#set(Math.floor(this.#total * 0.9));
    else if (starving >= 0.5 && inUse >= 0.9 * this.#total && meanMs <= 1.25 * this.#bestMs)
      this.#set(this.#total + this.#step);
  }

  get #step(): number {
    return Math.max(1, Math.round(this.#total / 16));
  }

  #set(total: number): void {
    this.#total = Math.max(this.#comfortable, Math.min(this.#most, total));
  }
}

const everyMs = 250;
const calmTicks = 4;
/** Fewer answers say nothing of the mean. */
const fewest = 5;
