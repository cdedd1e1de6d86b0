export { encodedValue } from '@inkwire/wire';
export { KvError, type KvErrorCode } from './errors.ts';
export { type CountedKind, countedKinds, KvMetrics } from './metrics.ts';
export { createCommandService } from './service/command-service.ts';
export type {
  CommandService,
  CommandServiceOptions,
  Served,
  ServiceLimits,
  SystemHook,
} from './service/options.ts';
export { type Refusal, refusals } from './service/refusals.ts';
export type { TableLimits } from './tables/limits.ts';
export {
  createMemoryTables,
  type ImmediateTables,
  type MemoryTablesOptions,
} from './tables/memory-tables.ts';
export {
  type Answer,
  type EncodedPair,
  type EncodedValue,
  isPending,
  type PendingAnswer,
  type Tables,
  type Values,
} from './tables/tables.ts';
export { createTopics, type TopicLimits, type TopicsOptions } from './topics/live-topics.ts';
export type { Subscriber, Subscription, TopicLink, Topics } from './topics/topics.ts';
