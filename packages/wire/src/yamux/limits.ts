import { expectInteger } from '@inkwire/base';
import { initialWindowBytes, maxDataBytes } from './header.ts';

/** The limits of a yamux peer, apart from the memory that all its streams share: an `Allowance`. */
export interface YamuxLimits {
  /** Streams that the peer may have open at a time; one more is reset. 0 refuses all. Default 1,024. */
  readonly maxStreams?: number | undefined;
  /** Streams of the peer without a handler; one more is reset. Default 256. */
  readonly maxWaitingStreams?: number | undefined;
  /** The bytes that a peer may send on a stream before it is consumed, 256 KiB to 64 MiB. Default 256 KiB. */
  readonly receiveWindowBytes?: number | undefined;
  /** Queued bytes above which a stream's `write` returns false. Default 131,072. */
  readonly highWaterBytes?: number | undefined;
  /**
   * Bytes of replies (to pings, to refused streams) that may wait for a peer that does not read; then we stop reading.
   * Default 16 KiB.
   */
  readonly maxReplyBytes?: number | undefined;
  /** The time for which `close` waits for streams to end, and then for the connection. Default 10 s. */
  readonly closeTimeoutMs?: number | undefined;
}

export type ResolvedYamuxLimits = Readonly<Record<keyof YamuxLimits, number>>;

/** Throws a RangeError that names the limit which is out of bounds. */
export function resolveYamuxLimits(limits: YamuxLimits = {}): ResolvedYamuxLimits {
  const {
    maxStreams = 1024,
    maxWaitingStreams = 256,
    receiveWindowBytes = initialWindowBytes,
    highWaterBytes = maxDataBytes,
    maxReplyBytes = 16 * 1024,
    closeTimeoutMs = 10_000,
  } = limits;
  return Object.freeze({
    maxStreams: expectInteger('maxStreams', maxStreams, { min: 0 }),
    maxWaitingStreams: expectInteger('maxWaitingStreams', maxWaitingStreams, { min: 1 }),
    receiveWindowBytes: expectInteger('receiveWindowBytes', receiveWindowBytes, {
      min: initialWindowBytes,
      max: 64 * 2 ** 20,
    }),
    highWaterBytes: expectInteger('highWaterBytes', highWaterBytes, { min: 1 }),
    maxReplyBytes: expectInteger('maxReplyBytes', maxReplyBytes, { min: 12 }),
    closeTimeoutMs: expectInteger('closeTimeoutMs', closeTimeoutMs, { min: 0 }),
  });
}
