import { type Closable, expectInteger, Lifetime, systemClock } from '@inkwire/base';
import type { Channel, ChannelHandler } from './channel.ts';
import { DelegatingChannel } from './delegating-channel.ts';
import { endOfTurn } from './end-of-turn.ts';
import { createYamuxSession, isYamux, type YamuxOptions, type YamuxSession } from './yamux/index.ts';

/** What tells plain frames from yamux. */
const tellingBytes = 4;

/** How connections are begun, and multiplexed ones kept. */
export interface StreamsOptions
  extends Pick<YamuxOptions, 'limits' | 'allowance' | 'ping' | 'clock' | 'onClose'> {
  /**
   * How long a peer may be silent at first, in milliseconds; then it is ended, or, if it has begun, handed on as it is. At
   * least 1; default 600 000. Later on pings find a dead peer on a multiplexed connection, and TCP's own on a plain one.
   */
  readonly beginTimeoutMs?: number | undefined;
}

/**
 * Waits for a peer's first four bytes, then hands on one channel of plain frames, or each stream that the peer opens.
 * `close` and `destroy` end what was not handed on, and a multiplexed connection with all its streams.
 */
export function openStreams(
  channel: Channel,
  onStream: (channel: Channel) => void,
  options: StreamsOptions = {},
): Closable {
  const { clock = systemClock, beginTimeoutMs = 600_000 } = options;
  expectInteger('beginTimeoutMs', beginTimeoutMs, { min: 1 });
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
  begun.onOver = () => timer.cancel();
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
  onOver: () => void = () => {};
  #handler: ChannelHandler | undefined;
  #onTold: ((first: Uint8Array) => void) | undefined;
  #held: Uint8Array[] = [];
  #ended = false;
  #endTold = false;
  #closed = false;
  #error: Error | undefined;
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
    endOfTurn(this.#closed ? () => handler.onClose(this.#error) : () => this.#handOn());
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
    this.#closed = true;
    this.#error = error;
    this.#held = [];
    this.onOver();
    this.#handler?.onClose(error);
  }

  #handOn(): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    while (this.#held.length > 0 && !this.#paused) handler.onBytes(this.#held.shift()!);
    if (this.#paused || this.#closed) return;
    if (!this.#ended) this.channel.resume();
    else if (!this.#endTold) {
      this.#endTold = true;
      handler.onEnd();
    }
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
