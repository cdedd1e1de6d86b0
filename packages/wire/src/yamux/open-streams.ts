import { type Closable, expectInteger, Lifetime, systemClock } from '@inkwire/base';
import type { Channel } from '../channels/channel.ts';
import { resolvePing } from '../channels/heartbeat.ts';
import { PeekedChannel } from '../channels/peeked-channel.ts';
import {
  createYamuxSession,
  isYamux,
  resolveYamuxLimits,
  type YamuxOptions,
  type YamuxSession,
} from './index.ts';

/** So many first bytes distinguish plain frames from yamux. */
const firstBytes = 4;

/** The options with which connections begin, and multiplexed ones are kept. */
export interface StreamsOptions extends Pick<YamuxOptions, 'limits' | 'allowance' | 'ping' | 'clock'> {
  /** The connection is over, multiplexed or plain, begun or not; with an error unless it ended in order. */
  readonly onClose?: YamuxOptions['onClose'];
  /**
   * The time for which a peer may be silent at first, in milliseconds. Then its connection ends; if it has sent fewer than four
   * bytes, it counts as plain. At least 1; default 600 000. Later on, dead peers are found by the pings of yamux,
   * WebSockets and TCP.
   */
  readonly beginTimeoutMs?: number | undefined;
}

/**
 * Waits for a peer's first four bytes, then calls `onStream` with the channel of plain frames, or with each stream that
 * the peer opens. `close` and `destroy` end a connection that is still waiting, and a multiplexed connection with all its
 * streams. Throws a RangeError for an option out of bounds.
 */
export function openStreams(
  channel: Channel,
  onStream: (channel: Channel) => void,
  options: StreamsOptions = {},
): Closable {
  const { clock = systemClock, beginTimeoutMs = 600_000 } = options;
  expectInteger('beginTimeoutMs', beginTimeoutMs, { min: 1 });
  // Now, and not in the midst of a peer's first bytes.
  resolveYamuxLimits(options.limits);
  resolvePing(options.ping);
  let session: YamuxSession | undefined;
  let isPlain = false;
  const peeked = new PeekedChannel(channel, firstBytes, (first) => {
    timer.cancel();
    if (isYamux(first))
      session = createYamuxSession({ ...options, channel: peeked, side: 'server', onChannel: onStream });
    else {
      isPlain = true;
      onStream(peeked);
    }
  });
  const timer = clock.after(beginTimeoutMs, () => peeked.stopWaiting(), { unref: true });
  peeked.onOver = (error) => {
    timer.cancel();
    if (session === undefined) options.onClose?.(error);
  };
  return new Lifetime('connection', {
    drain: () => (session === undefined ? endUnlessPlain() : session.close()),
    abort: (error) => (session === undefined ? peeked.destroy(error) : session.destroy(error)),
  });

  function endUnlessPlain(): void {
    if (!isPlain) channel.destroy();
  }
}
