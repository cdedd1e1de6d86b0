/*
 * The one shape of a connection that everything above it is written against: a TCP or TLS socket, a WebSocket, a yamux
 * stream, a pair in memory.
 *
 *     attach ─▶ open ──peer ends──▶ onEnd ─┐
 *                 └──end()───────────────┴─▶ both ended, or destroy(), or lost ─▶ onClose, once, and nothing after it
 *
 * Invariants: bytes arrive in order and belong to the handler; no handler is called inside a call to the channel, except
 * `resume`; after `onClose` writing is a no-op.
 */

/** Receives the events of a channel. Attached once, before any other call. */
export interface ChannelHandler {
  /** Bytes from the peer, cut anywhere. They belong to the handler from now on. Not called while paused. */
  onBytes(bytes: Uint8Array): void;
  /** The peer sends no more. Called after the last bytes, also while paused. */
  onEnd(): void;
  /** `queuedBytes` is below the channel's high-water mark again, after `write` had returned false. */
  onDrain(): void;
  /** The channel is over; with an error unless both sides ended it in order. Called once, last. */
  onClose(error?: Error): void;
}

/** The transport that carries a channel. */
export type Transport = 'tcp' | 'tls' | 'websocket' | 'memory';

/** The address of the other end. */
export interface PeerAddress {
  readonly address: string;
  /** 0 where the transport knows none. */
  readonly port: number;
}

/** An ordered, reliable flow of bytes both ways, with back-pressure and half-close. */
export interface Channel {
  readonly transport: Transport;
  readonly peer: PeerAddress;
  /** The most bytes that one `write` may carry; larger batches are cut by the caller, between message frames. */
  readonly maxWriteBytes: number;
  /** Bytes taken by `write` and not yet by the system below. */
  readonly queuedBytes: number;
  /** Begins the flow. Throws when there is a handler already. */
  attach(handler: ChannelHandler): void;
  /**
   * Sends bytes, which must not change from then on, all of them together: a yamux stream makes one DATA frame of them.
   * Returns false when the caller should wait for `onDrain` before it sends more.
   */
  write(bytes: Uint8Array): boolean;
  /** Stops `onBytes`; except a bounded rest, what arrives meanwhile stays with the peer. */
  pause(): void;
  resume(): void;
  /** Half-close: nothing more is sent after what was written. */
  end(): void;
  /** Ends both directions at once and drops what was not sent. `onClose(error)` follows. */
  destroy(error?: Error): void;
}
