import type { Database } from './database.ts';
import type { Recorder } from './recorder.ts';

/** What one run of one arm came to. Times in milliseconds. */
export interface Measurement {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** The 99th percentile of the client that has the highest. */
  readonly worstP99: number;
  /** The same of the client that has the lowest. */
  readonly bestP99: number;
  readonly answers: number;
  readonly failures: number;
  /** Connections that ran a query, on average. */
  readonly inUse: number;
  /** Slots taken in the database, on average. */
  readonly open: number;
  readonly openedPerSecond: number;
  /** Times the database refused a connection. */
  readonly refused: number;
  /** Times a client's limit turned from growing to shrinking or back, a second, all clients together. */
  readonly reversalsPerSecond: number;
}

/** Sums a run up. */
export function measure(
  recorder: Recorder,
  database: Database,
  { reversals, durationMs }: { readonly reversals: number; readonly durationMs: number },
): Measurement {
  const all = recorder.all;
  const p99s = recorder.clients.map((client) => client.quantile(0.99));
  return {
    mean: all.mean,
    p50: all.quantile(0.5),
    p95: all.quantile(0.95),
    p99: all.quantile(0.99),
    worstP99: Math.max(...p99s),
    bestP99: Math.min(...p99s),
    answers: all.count,
    failures: recorder.failures,
    inUse: database.busy.mean(),
    open: database.slots.mean(),
    openedPerSecond: (database.opened / durationMs) * 1_000,
    refused: database.refused,
    reversalsPerSecond: (reversals / durationMs) * 1_000,
  };
}
