import { type Closable, expectInteger, Lifetime, systemClock } from '@inkwire/base';
import type { Channel, ChannelHandler } from '../channels/channel.ts';
import { DelegatingChannel } from '../channels/delegating-channel.ts';
import { endOfTurn } from '../channels/end-of-turn.ts';
import { resolvePing } from '../channels/heartbeat.ts';
import {
  createYamuxSession,
  isYamux,
  resolveYamuxLimits,
  type YamuxOptions,
  type YamuxSession,
} from './index.ts';

/** What tells plain frames from yamux. */
const tellingBytes = 4;

/** How connections are begun, and multiplexed ones kept. */
export interface StreamsOptions extends Pick<YamuxOptions, 'limits' | 'allowance' | 'ping' | 'clock'> {
  /** The connection is over, multiplexed or plain, begun or not; with an error unless it ended in order. */
  readonly onClose?: YamuxOptions['onClose'];
  /**
   * How long a peer may be silent at first, in milliseconds; then it is ended, or, if it has begun, handed on as it is. At
   * least 1; default 600 000. Later on pings find a dead peer on a multiplexed connection and on a WebSocket, and TCP's own on a plain one.
   */
  readonly beginTimeoutMs?: number | undefined;
}

/**
 * Waits for a peer's first four bytes, then hands on one channel of plain frames, or each stream that the peer opens.
 * `close` and `destroy` end what was not handed on, and a multiplexed connection with all its streams. Throws a RangeError
 * for an option out of bounds.
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
  const begun = new BegunChannel(channel, (first) => {
    timer.cancel();
    if (isYamux(first))
      session = createYamuxSession({ ...options, channel: begun, side: 'server', onChannel: onStream });
    else {
      isPlain = true;
      onStream(begun);
    }
  });
  const timer = clock.after(beginTimeoutMs, () => begun.giveUp(), { unref: true });
  begun.onOver = (error) => {
    timer.cancel();
    if (session === undefined) options.onClose?.(error);
  };
  return new Lifetime('connection', {
    drain: () => (session === undefined ? endUnlessPlain() : session.close()),
    abort: (error) => (session === undefined ? begun.destroy(error) : session.destroy(error)),
  });

  function endUnlessPlain(): void {
    if (!isPlain) channel.destroy();
  }
}

/** A channel whose first bytes were looked at, and are handed on again. */
class BegunChannel extends DelegatingChannel {
  /** Told when the channel is over. */
  onOver: (error: Error | undefined) => void = () => {};
  #handler: ChannelHandler | undefined;
  #onTold: ((first: Uint8Array) => void) | undefined;
  #held: Uint8Array[] = [];
  #ended = false;
  #endTold = false;
  /** Set when the channel is over: what `onClose` is told. In order, that is after the last bytes. */
  #outcome: { readonly error: Error | undefined } | undefined;
  #closeTold = false;
  #paused = false;

  constructor(channel: Channel, onTold: (first: Uint8Array) => void) {
    super(channel);
    this.#onTold = onTold;
    channel.attach({
      onBytes: (bytes) => this.#receive(bytes),
      onEnd: () => this.#end(),
      onDrain: () => this.#handler?.onDrain(),
      onClose: (error) => this.#close(error),
    });
  }

  override attach(handler: ChannelHandler): void {
    if (this.#handler !== undefined) throw new TypeError('The channel has a handler already');
    this.#handler = handler;
    endOfTurn(() => this.#handOn());
  }

  override pause(): void {
    this.#paused = true;
    this.channel.pause();
  }

  override resume(): void {
    this.#paused = false;
    this.#handOn();
  }

  /** The peer has had its time to begin: what little it said is handed on, and nothing is its end. */
  giveUp(): void {
    if (this.#onTold === undefined) return;
    if (this.#held.length === 0) this.channel.destroy();
    else this.#tell(this.#held[0]!);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#handler !== undefined && this.#held.length === 0 && !this.#paused) {
      this.#handler.onBytes(bytes);
      return;
    }
    this.#held.push(bytes);
    if (this.#onTold === undefined) this.channel.pause();
    else this.#look();
  }

  #look(): void {
    const first = this.#held.length === 1 ? this.#held[0]! : joined(this.#held);
    this.#held = [first];
    if (first.length >= tellingBytes) this.#tell(first);
  }

  #tell(first: Uint8Array): void {
    const onTold = this.#onTold;
    this.#onTold = undefined;
    this.channel.pause();
    onTold?.(first.subarray(0, tellingBytes));
  }

  #end(): void {
    this.#ended = true;
    // Who sent nothing at all wanted nothing; a piece of a header is a frame cut off.
    if (this.#onTold !== undefined && this.#held.length === 0) this.channel.end();
    else if (this.#onTold !== undefined) this.#tell(this.#held[0]!);
    this.#handOn();
  }

  #close(error: Error | undefined): void {
    this.#outcome = { error };
    this.onOver(error);
    this.#handOn();
  }

  #handOn(): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    while (this.#held.length > 0 && !this.#paused && !this.#isLost) handler.onBytes(this.#held.shift()!);
    if (this.#paused && !this.#isLost) return;
    if (this.#ended && !this.#endTold && !this.#isLost) {
      this.#endTold = true;
      handler.onEnd();
    }
    if (this.#outcome !== undefined) this.#tellClose(handler, this.#outcome.error);
    else if (!this.#ended) this.channel.resume();
  }

  /** Whether the channel is over, and not in order: nothing more is handed on. */
  get #isLost(): boolean {
    return this.#outcome?.error !== undefined;
  }

  #tellClose(handler: ChannelHandler, error: Error | undefined): void {
    if (this.#closeTold) return;
    this.#closeTold = true;
    this.#held = [];
    handler.onClose(error);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
