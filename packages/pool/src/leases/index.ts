export * from '../allocator/index.ts';
export { decodeReply, decodeReport, encodeReply, encodeReport } from './codec.ts';
export type { Fence } from './fence.ts';
export { openFileStore } from './file-store.ts';
export { createLeaseClient, type LeaseClient } from './lease-client.ts';
export type { LeaseClientOptions } from './lease-client-options.ts';
export {
  createLeaseEndpoint,
  type LeaseEndpoint,
  type LeaseEndpointOptions,
  leaseTopic,
} from './lease-endpoint.ts';
export { type LeasePoolOptions, leasePool, type WithLease } from './lease-pool.ts';
export type { LeaseClientCounts, LeaseClientState } from './lease-protocol.ts';
export { createLeaseService, type LeaseService, type LeaseServiceOptions } from './lease-service.ts';
export type { LeasedPool, LeasedStats } from './leased-pool.ts';
export { createMemoryStore, type LeaseStore } from './store.ts';
export type { LeaseTransport } from './transport.ts';
export { createWireTransport, type WireTransport, type WireTransportOptions } from './wire-transport.ts';
