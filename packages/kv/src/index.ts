export { encodedValue } from '@inkwire/wire';
export {
  type CommandService,
  type CommandServiceOptions,
  createCommandService,
  type Served,
  type ServiceLimits,
  type SystemHook,
} from './command-service.ts';
export { KvError, type KvErrorCode } from './errors.ts';
export type { TableLimits } from './limits.ts';
export { createMemoryTables, type ImmediateTables, type MemoryTablesOptions } from './memory-tables.ts';
export { type CountedKind, countedKinds, KvMetrics } from './metrics.ts';
export { type Refusal, refusals } from './refusals.ts';
export {
  type Answer,
  type EncodedPair,
  type EncodedValue,
  isPending,
  type PendingAnswer,
  type Tables,
  type Values,
} from './tables.ts';
export {
  createTopics,
  type Subscriber,
  type Subscription,
  type TopicLimits,
  type Topics,
  type TopicsOptions,
} from './topics.ts';
