import type { Clock, Closable } from '@inkwire/base';
import type { Channel } from '../channels/channel.ts';
import type { PingOptions } from '../channels/heartbeat.ts';
import type { Allowance } from '../frames/allowance.ts';
import type { YamuxLimits } from './limits.ts';

/** The parts of a session. */
export interface YamuxOptions {
  /** Carries the session, which attaches to it and owns it from then on. */
  readonly channel: Channel;
  /** The side that dialled is the client: its streams are odd. */
  readonly side: 'client' | 'server';
  /** A stream that the peer opened. Attach at once, or it counts as waiting. Default: the peer may open none. */
  readonly onChannel?: ((channel: Channel) => void) | undefined;
  /** The session is over, all its streams too; with an error unless it ended in order. */
  readonly onClose?: ((error?: Error) => void) | undefined;
  readonly limits?: YamuxLimits | undefined;
  /**
   * The memory that all streams together may hold; a peer that needs more receives a go-away. Default: one of the default
   * limits.
   */
  readonly allowance?: Allowance | undefined;
  /** The detection of a dead peer; false: none. */
  readonly ping?: PingOptions | false | undefined;
  readonly clock?: Clock | undefined;
}

/** Many channels over one. `close` says go-away and waits for the streams to end, within `closeTimeoutMs`. */
export interface YamuxSession extends Closable {
  /**
   * Opens a stream: a channel that may be written to at once. Throws `BASE_CLOSED` after `close` or `destroy`, and
   * `WIRE_CONNECTION_LOST` (retryable, on another connection) when the peer goes away or the connection has ended.
   */
  open(): Channel;
  /** Streams that are not over, of both sides. */
  readonly openStreams: number;
}
