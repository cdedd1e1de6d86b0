export * from './allocator/index.ts';
export { PoolError, type PoolErrorCode } from './errors.ts';
export type { Fence } from './leases/fence.ts';
export { openFileStore } from './leases/file-store.ts';
export {
  createLeaseClient,
  type LeaseClient,
  type LeaseClientCounts,
  type LeaseClientOptions,
  type LeaseClientState,
  type LeasedPool,
} from './leases/lease-client.ts';
export { createLeaseService, type LeaseService, type LeaseServiceOptions } from './leases/lease-service.ts';
export type { LeasedStats } from './leases/news.ts';
export { createMemoryStore, type LeaseStore } from './leases/store.ts';
export type { LeaseTransport } from './leases/transport.ts';
export type { LeasedLimits, PoolLimits } from './limits.ts';
export { createPool } from './pool/create-pool.ts';
export type { DurationCounts } from './pool/histogram.ts';
export type { Lease } from './pool/lease.ts';
export type { InactiveReport, OpenContext, PoolOptions } from './pool/options.ts';
export type { Pool, PoolStats, PoolTimings } from './pool/pool.ts';
export { type MeasuredPool, renderPoolMetrics } from './pool/prometheus.ts';
