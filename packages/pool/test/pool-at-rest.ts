import type { LeasedStats } from '../src/index.ts';

/** The statistics of a pool that may open nothing and has done nothing. */
export const poolAtRest: LeasedStats = {
  min: 0,
  max: 0,
  total: 0,
  idle: 0,
  inUse: 0,
  opening: 0,
  closing: 0,
  queued: 0,
  longestWaitMs: 0,
  timeouts: 0,
  refused: 0,
  released: 0,
  serviceMs: 0,
};
