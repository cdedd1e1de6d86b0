export {
  type Allocator,
  type AllocatorAction,
  type AllocatorEvent,
  createAllocator,
} from './allocator.ts';
export type { MemberState } from './member.ts';
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
  type StrategyName,
  silentPolicies,
  strategies,
} from './options.ts';
export type { AllocatorCounts, AllocatorSnapshot, ClientSnapshot } from './snapshot.ts';
