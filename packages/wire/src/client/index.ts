export { type Client, createClient, type ReadOptions, type SetOptions } from './client.ts';
export type { ClientState, StateListener } from './connector.ts';
export type { ClientOptions, Dial } from './options.ts';
export type { Picture } from './picture.ts';
export { WireStatusError } from './status-error.ts';
export type { SubscribeOptions, Subscription, Topic } from './subscription.ts';
export type { TopicItem } from './topic-feed.ts';
