import type { Client, ClientState } from './client.ts';

/** A client as it stands: for metrics, `pool watch` and the page. */
export interface ClientSnapshot {
  readonly name: string;
  readonly incarnation: string;
  readonly state: ClientState;
  /** Its lease is over. */
  readonly isSilent: boolean;
  readonly floor: number;
  readonly ceiling: number;
  readonly weight: number;
  /** The limits that it was granted, and the most that it may still have open. */
  readonly min: number;
  readonly max: number;
  readonly held: number;
  /** As it last reported. */
  readonly inUse: number;
  readonly idle: number;
  readonly opening: number;
  readonly closing: number;
  readonly queued: number;
  readonly longestWaitMs: number;
  readonly failures: number;
  readonly completed: number;
  /** In use, of the maximum: 0 to 1, or more while it is being taken back. */
  readonly usedRate: number;
  /** Of those who asked lately, the part that waited in vain: 0 to 1. */
  readonly failureRate: number;
}

/** Counts of the allocator's work; they only grow. */
export interface AllocatorCounts {
  reports: number;
  grants: number;
  refusals: number;
  /** Reports that were late, repeated or of an incarnation that is gone. */
  ignored: number;
  /** Reports of more than was granted: a client that does not keep to the rule. */
  overdrawn: number;
  admitted: number;
  departed: number;
  /** Fences begun, and those that failed or left something. */
  fences: number;
  fencesFailed: number;
}

/** The allocator as it stands. */
export interface AllocatorSnapshot {
  readonly epoch: number;
  readonly strategy: string;
  readonly capacity: number;
  readonly spare: number;
  /** The connections that are shared now, at most capacity − spare. */
  readonly total: number;
  /** Σ max(held, floor), and with `hold` what clients that are `unsettled` may hold beyond their floors. */
  readonly reserved: number;
  /** Not every client that was known at the start has reported, or a lease has not passed: see those `unsettled`. */
  readonly isLearning: boolean;
  /** More is needed than there is. */
  readonly isScarce: boolean;
  /** The epoch of an allocator that has taken over; undefined while there is none. */
  readonly supersededBy: number | undefined;
  readonly counts: Readonly<AllocatorCounts>;
  readonly clients: readonly ClientSnapshot[];
}

/** A client as it stands at a moment. */
export function snapshotOf(client: Client, nowMs: number): ClientSnapshot {
  const { name, incarnation, state, floor, ceiling, weight, granted, held, report } = client;
  return {
    name,
    incarnation,
    state,
    isSilent: nowMs >= client.expiresAtMs,
    floor,
    ceiling,
    weight,
    min: Math.min(floor, granted),
    max: granted,
    held,
    inUse: report?.inUse ?? 0,
    idle: report?.idle ?? 0,
    opening: report?.opening ?? 0,
    closing: report?.closing ?? 0,
    queued: report?.queued ?? 0,
    longestWaitMs: report?.longestWaitMs ?? 0,
    failures: report?.failures ?? 0,
    completed: report?.completed ?? 0,
    usedRate: granted === 0 ? 0 : (report?.inUse ?? 0) / granted,
    failureRate: client.failures.value,
  };
}
