export { type Allocator, createAllocator } from './allocator.ts';
export type { ClientState } from './client.ts';
export type { AllocatorAction, AllocatorEvent } from './events.ts';
export type {
  LeaseFarewell,
  LeaseGrant,
  LeaseRefusal,
  LeaseReply,
  LeaseReport,
  RefusalReason,
} from './messages.ts';
export {
  type AdmittedClient,
  type AllocatorOptions,
  type SilentPolicy,
  silentPolicies,
} from './options.ts';
export type { AllocatorCounts, AllocatorSnapshot, ClientSnapshot } from './snapshot.ts';
export { type FairOptions, fairStrategy } from './strategies/fair.ts';
export { fixedStrategy } from './strategies/fixed.ts';
export { type MeanOptions, meanStrategy } from './strategies/mean.ts';
export { type StrategyName, strategies } from './strategies/strategies.ts';
export type { Share, Shares, Sharing, SharingClient, Strategy } from './strategies/strategy.ts';
