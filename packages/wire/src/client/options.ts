import {
  type BackoffOptions,
  type Clock,
  createBackoff,
  expectInteger,
  expectNumber,
  systemClock,
  type WaitOptions,
} from '@inkwire/base';
import type { Channel } from '../channels/channel.ts';
import { type FrameLimits, type ResolvedFrameLimits, resolveFrameLimits } from '../frames/limits.ts';

/** Makes one connection. Rejects when the signal aborts; a channel that comes later is destroyed. */
export type Dial = (options: WaitOptions) => Promise<Channel>;

/** The options with which a client connects, signs in, waits and queues. */
export interface ClientOptions {
  /** The function that makes a connection: TCP, TLS, a WebSocket, memory. */
  readonly dial: Dial;
  /** Signs in with it on every connection. Default: none. */
  readonly token?: string | undefined;
  /**
   * The name under which the others see this member. Default: the hub gives one. A client that is not multiplexed gives
   * it to the connection of its commands only.
   */
  readonly name?: string | undefined;
  /**
   * One connection for everything (yamux), and so one member; a command or an answer is then at most 131,072 bytes long,
   * as compressed. False: one connection for the commands and one more for each subscription, each a member of its own
   * with an id and an inbox of its own; commands may be longer, up to 16 MiB. Default true.
   */
  readonly multiplexed?: boolean | undefined;
  /** The deadline of a command that names none, and of a subscription's first answer. At least 1; default 10 000. */
  readonly timeoutMs?: number | undefined;
  /** The deadline of one attempt to connect, signing in included. At least 1; default 10 000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Silence after which a connection with an overdue reply is destroyed. At least 1; default `timeoutMs`. */
  readonly silenceMs?: number | undefined;
  /** Most commands that wait to be sent. At least 0, with which nothing waits for a connection; default 65 536. */
  readonly maxQueued?: number | undefined;
  /** Most bytes of the commands that wait to be sent. At least 0; default 16 MiB. */
  readonly maxQueuedBytes?: number | undefined;
  /** Most commands that are sent and not answered; further ones wait. At least 1; default 65 536. */
  readonly maxInFlight?: number | undefined;
  /**
   * Sends hget, hexist, hgetall, hmget and hmexist once more when their connection is lost before the
   * reply. Others are never repeated: the hub may have carried them out. Default false.
   */
  readonly repeatsReads?: boolean | undefined;
  /** Waits between attempts to connect. Default: 100 ms, doubled up to 30 s, with full jitter. */
  readonly backoff?: BackoffOptions | undefined;
  /**
   * The memory of ours that the hub may use; it does not limit what is sent to the hub. Default: those of `FrameLimits`.
   */
  readonly limits?: FrameLimits | undefined;
  readonly clock?: Clock | undefined;
}

export interface ResolvedClientOptions {
  readonly dial: Dial;
  readonly token: string | undefined;
  readonly name: string | undefined;
  readonly multiplexed: boolean;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly silenceMs: number;
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
  readonly maxInFlight: number;
  readonly repeatsReads: boolean;
  /** The wait before attempt 0, 1, 2, … */
  readonly backoffMs: (attempt: number) => number;
  readonly limits: ResolvedFrameLimits;
  readonly clock: Clock;
}

/** Throws a TypeError or RangeError that names the option. */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  if (typeof options.dial !== 'function')
    throw new TypeError(`Expected \`dial\` to be a function, got \`${String(options.dial)}\``);
  const timeoutMs = expectNumber('timeoutMs', options.timeoutMs ?? 10_000, { min: 1 });
  return Object.freeze({
    dial: options.dial,
    token: options.token,
    name: options.name,
    multiplexed: options.multiplexed ?? true,
    timeoutMs,
    connectTimeoutMs: expectNumber('connectTimeoutMs', options.connectTimeoutMs ?? 10_000, { min: 1 }),
    silenceMs: expectNumber('silenceMs', options.silenceMs ?? timeoutMs, { min: 1 }),
    maxQueued: expectInteger('maxQueued', options.maxQueued ?? 65_536, { min: 0 }),
    maxQueuedBytes: expectInteger('maxQueuedBytes', options.maxQueuedBytes ?? 16 * 2 ** 20, { min: 0 }),
    maxInFlight: expectInteger('maxInFlight', options.maxInFlight ?? 65_536, { min: 1 }),
    repeatsReads: options.repeatsReads ?? false,
    backoffMs: createBackoff(options.backoff),
    limits: resolveFrameLimits(options.limits),
    clock: options.clock ?? systemClock,
  });
}
