import type { LeaseReport } from '../src/index.ts';

/** A report of a client that has nothing open and needs nothing: its first, except for the changes. */
export function leaseReport(client: string, change: Partial<LeaseReport> = {}): LeaseReport {
  return {
    client,
    incarnation: `${client}#1`,
    epoch: 0,
    appliedGrant: 0,
    sequence: 1,
    max: 0,
    inUse: 0,
    idle: 0,
    opening: 0,
    closing: 0,
    queued: 0,
    longestWaitMs: 0,
    failures: 0,
    completed: 0,
    serviceMs: 0,
    floor: 1,
    ceiling: 10,
    weight: 1,
    isLeaving: false,
    ...change,
  };
}
