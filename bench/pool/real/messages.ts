import type { ServiceShape } from '../sim/service-time.ts';

/** How a client reaches the database. */
export type Access =
  /** Our pool with a maximum that stays. */
  | { readonly kind: 'fixed'; readonly url: string; readonly max: number }
  /** Our pool with the limits that an allocator process leases to it. */
  | { readonly kind: 'leased'; readonly url: string; readonly allocatorPort: number; readonly floor: number }
  /** pg-pool, which most programs use. */
  | { readonly kind: 'pg-pool'; readonly url: string; readonly max: number };

/** What our pool says of itself. */
export interface PoolState {
  readonly max: number;
  readonly total: number;
  readonly queued: number;
  /** How its lease client stands with the allocator, if it has one, and how often it was fenced. */
  readonly lease?: string;
  readonly fenced?: number;
}

/** What is asked of the database in one experiment. */
export interface Workload {
  readonly loop: 'closed' | 'open';
  readonly service: ServiceShape;
  readonly meanServiceMs: number;
  readonly seed: number;
}

/** What a client counted in one span of time. */
export interface Measured {
  readonly responsesMs: readonly number[];
  readonly failures: number;
  /** Those failures by which the database said that there are too many connections. */
  readonly tooMany: number;
}

/** Every attempt of a load, and how each ended: with an answer, or with an error of this code. */
export interface Counts {
  readonly asked: number;
  readonly answered: number;
  readonly failures: Readonly<Record<string, number>>;
}

/** What a client's process is told; it answers each order with one answer of the same `id`. */
export type Order =
  | { readonly kind: 'open'; readonly name: string; readonly access: Access; readonly workload: Workload }
  /** From now on, for each of the clients that the process plays, so many connections are needed. */
  | { readonly kind: 'need'; readonly needs: readonly number[] }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }
  | { readonly kind: 'counts' }
  /** Ends the load, and is answered when nothing waits for an answer any more. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'close' };

export interface Answers {
  open: undefined;
  need: undefined;
  begin: undefined;
  /** One for each client that the process plays. */
  end: readonly Measured[];
  counts: { readonly loads: readonly Counts[]; readonly pool: PoolState | undefined };
  stop: undefined;
  close: undefined;
}
