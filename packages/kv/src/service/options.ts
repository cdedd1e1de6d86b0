import { type Clock, expectInteger, systemClock } from '@inkwire/base';
import {
  type Allowance,
  type Channel,
  type Command,
  type CommandKind,
  type FrameLimits,
  type Reply,
  type ResolvedFrameLimits,
  resolveFrameLimits,
} from '@inkwire/wire';
import { KvMetrics } from '../metrics.ts';
import type { Tables } from '../tables/tables.ts';
import type { Topics } from '../topics/topics.ts';
import type { Refusal } from './refusals.ts';

/** The limits of one stream. */
export interface ServiceLimits extends FrameLimits {
  /** Most commands of one stream that wait for their answers; past it the stream is not read. Default 256. */
  readonly maxPendingCommands?: number | undefined;
  /** Most bytes of those commands; past it the stream is not read. Default 1 MiB. */
  readonly maxPendingBytes?: number | undefined;
  /** Most bytes of an answer before compression; a longer one is 413. Default 16 MiB. */
  readonly maxReplyBytes?: number | undefined;
  /** The time in which a stream that this side ended must close. Default 5,000. */
  readonly lingerMs?: number | undefined;
  /** The time in which a frame that has begun must arrive; then 408, and the stream ends. Default 60,000. */
  readonly frameTimeoutMs?: number | undefined;
}

/** The service's limits, complete. */
export type ResolvedServiceLimits = ResolvedFrameLimits & {
  readonly [name in keyof Omit<ServiceLimits, keyof FrameLimits>]-?: number;
};

/** The hub's part: everything whose table or topic begins with `$`, and `read` and `lease`. */
export interface SystemHook<Session> {
  /**
   * Answers a command, at once or later; undefined for a command on a topic: the topic is treated like any other. An error
   * that it throws is answered by 500.
   */
  answer(command: Command, session: Session): Reply | undefined | Promise<Reply | undefined>;
  /**
   * Asked before each subscription to a topic that is not the system's: the subscription is made when the promise resolves,
   * at once without one. What is published meanwhile is not for it.
   */
  reach?(topic: string): Promise<void> | undefined;
}

/** The tables, topics and metrics that a command service uses. */
export interface CommandServiceOptions<Session> {
  readonly tables: Tables;
  readonly topics: Topics;
  /** Without it, what begins with `$` is 404 to read and 403 to write, `read` and `lease` are 404. */
  readonly system?: SystemHook<Session> | undefined;
  /** Asked before each command whether this session may: tokens, roles, rates. `name` is its table or topic. Undefined for yes. */
  readonly permit?: ((kind: CommandKind, session: Session, name: string) => Refusal | undefined) | undefined;
  readonly limits?: ServiceLimits | undefined;
  readonly metrics?: KvMetrics | undefined;
  readonly clock?: Clock | undefined;
  /** Receives every error that is answered by 500, for the log. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

/** A stream that is being served. */
export interface Served {
  /** Accepts no more commands. Those that were accepted are answered, and then the stream ends. */
  end(): void;
}

/** Answers commands on any number of streams. It does not close the tables or the topics. */
export interface CommandService<Session> {
  /**
   * Serves one stream, a plain connection or one of a multiplexed one, until its end. `allowance`: what its connection may
   * hold, shared by the streams of one. Default: one of its own, of the service's limits.
   */
  serve(channel: Channel, session: Session, allowance?: Allowance): Served;
  readonly metrics: KvMetrics;
}

/** The options of a service, complete: what each of its streams needs. */
export interface ResolvedServiceOptions<Session> extends Omit<CommandServiceOptions<Session>, 'limits'> {
  readonly limits: ResolvedServiceLimits;
  readonly metrics: KvMetrics;
  readonly clock: Clock;
}

/** Checks the options once. Throws a RangeError for a limit out of bounds. Not frozen: every command reads them. */
export function resolveServiceOptions<Session>(
  options: CommandServiceOptions<Session>,
): ResolvedServiceOptions<Session> {
  return {
    ...options,
    limits: resolveLimits(options.limits ?? {}),
    metrics: options.metrics ?? new KvMetrics(),
    clock: options.clock ?? systemClock,
  };
}

function resolveLimits(limits: ServiceLimits): ResolvedServiceLimits {
  const bounds = { min: 1, max: 2 ** 31 - 1 };
  return Object.freeze({
    ...resolveFrameLimits(limits),
    maxPendingCommands: expectInteger('maxPendingCommands', limits.maxPendingCommands ?? 256, bounds),
    maxPendingBytes: expectInteger('maxPendingBytes', limits.maxPendingBytes ?? 2 ** 20, bounds),
    maxReplyBytes: expectInteger('maxReplyBytes', limits.maxReplyBytes ?? 16 * 2 ** 20, bounds),
    lingerMs: expectInteger('lingerMs', limits.lingerMs ?? 5000, bounds),
    frameTimeoutMs: expectInteger('frameTimeoutMs', limits.frameTimeoutMs ?? 60_000, bounds),
  });
}
