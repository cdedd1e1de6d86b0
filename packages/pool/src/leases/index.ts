export * from '../allocator/index.ts';
export { decodeReply, decodeReport, encodeReply, encodeReport } from './codec.ts';
export type { Fence } from './fence.ts';
export { openFileStore } from './file-store.ts';
export {
  createLeaseClient,
  type LeaseClient,
  type LeaseClientCounts,
  type LeaseClientOptions,
  type LeaseClientState,
  type LeasedPool,
} from './lease-client.ts';
export {
  createLeaseEndpoint,
  type LeaseEndpoint,
  type LeaseEndpointOptions,
  leaseTopic,
} from './lease-endpoint.ts';
export { createLeaseService, type LeaseService, type LeaseServiceOptions } from './lease-service.ts';
export type { LeasedStats } from './news.ts';
export { createMemoryStore, type LeaseStore } from './store.ts';
export type { LeaseTransport } from './transport.ts';
export { createWireTransport, type WireTransport, type WireTransportOptions } from './wire-transport.ts';
