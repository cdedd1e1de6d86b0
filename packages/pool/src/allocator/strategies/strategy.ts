import type { LeaseReport } from '../messages.ts';

/** The part of a client that a strategy reads. */
export interface SharingClient {
  readonly floor: number;
  readonly ceiling: number;
  /** Its share relative to others, above 0. */
  readonly weight: number;
  /** The connections that the last grant permits. */
  readonly granted: number;
  /** The last report; undefined for a known client that has not reported. */
  readonly report: LeaseReport | undefined;
  /** The strategy's memory of it: the strategy's alone; undefined at first. */
  memory: unknown;
}

/** The share that one client should have. */
export interface Share<C extends SharingClient = SharingClient> {
  readonly client: C;
  readonly target: number;
  /** Below this it is given its target at the cost of others. */
  readonly low: number;
  /** It may be cut down to this. */
  readonly keep: number;
}

/** The decision of a strategy: the share of each client. */
export interface Shares<C extends SharingClient = SharingClient> {
  /** One for each client, in their order. */
  readonly all: readonly Share<C>[];
  /** Whether the clients need more than there is. */
  readonly isScarce: boolean;
}

/** A strategy at work in one allocator: what it remembers of each client is its own. */
export interface Sharing {
  /** Shares `room` connections among the clients that take part. */
  share<C extends SharingClient>(clients: readonly C[], room: number, nowMs: number): Shares<C>;
  /** The time at which the shares change without a report, in milliseconds; Infinity for never. */
  nextMs(nowMs: number): number;
}

/**
 * A way to share. It decides the share of each client. The allocator decides when a client is notified, and whether there
 * is room.
 */
export interface Strategy {
  readonly name: string;
  begin(): Sharing;
}
