import type { LeasedLimits } from '../limits.ts';

/** The statistics that a lease client reads in its pool. */
export interface LeasedStats {
  readonly min: number;
  readonly max: number;
  readonly total: number;
  readonly idle: number;
  readonly inUse: number;
  readonly opening: number;
  readonly closing: number;
  readonly queued: number;
  readonly longestWaitMs: number;
  readonly timeouts: number;
  readonly refused: number;
  readonly released: number;
  readonly serviceMs: number;
}

/** The part of a pool that a lease client moves and watches. */
export interface LeasedPool {
  setLimits(limits: LeasedLimits): void;
  stats(): LeasedStats;
  onChange(listener: () => void): Disposable;
}
