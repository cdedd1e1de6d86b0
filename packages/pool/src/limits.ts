import { expectInteger, expectNumber } from '@inkwire/base';

/** The connections that a pool keeps open without need, and the most that it may have: opening, open and closing together. */
export interface PoolLimits {
  readonly min: number;
  readonly max: number;
}

/** Limits that end: from `atMs` on the pool's monotonic clock, `next` holds. */
export interface LeasedLimits extends PoolLimits {
  readonly expires?: { readonly atMs: number; readonly next: PoolLimits };
}

/** Checks limits. Throws a TypeError or RangeError that names what is wrong: `limits.max`, `limits.expires.next.min`. */
export function expectLimits(limits: LeasedLimits, name = 'limits'): void {
  const { min, max, expires } = limits;
  expectInteger(`${name}.max`, max, { min: 0 });
  expectInteger(`${name}.min`, min, { min: 0, max });
  if (expires === undefined) return;
  expectNumber(`${name}.expires.atMs`, expires.atMs);
  expectLimits(expires.next, `${name}.expires.next`);
}

/** The limits in force. Call `end(now)` before acting on them. */
export class LimitsInForce implements PoolLimits {
  min = 0;
  max = 0;
  /** The time at which these limits end; Infinity for those that do not. */
  endsAt = Infinity;
  #next: PoolLimits | undefined;

  constructor(limits: LeasedLimits) {
    this.set(limits);
  }

  set({ min, max, expires }: LeasedLimits): void {
    this.min = min;
    this.max = max;
    this.endsAt = expires?.atMs ?? Infinity;
    this.#next = expires && { min: expires.next.min, max: expires.next.max };
  }

  /** The limits that hold at a moment, whether or not they were put into force. */
  at(nowMs: number): PoolLimits {
    const { min, max } = nowMs < this.endsAt ? this : this.#next!;
    return { min, max };
  }

  /** Puts what follows into force if the time has come. Answers whether it had. */
  end(nowMs: number): boolean {
    if (nowMs < this.endsAt) return false;
    this.set(this.#next!);
    return true;
  }
}
