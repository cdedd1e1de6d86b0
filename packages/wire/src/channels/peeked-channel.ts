import type { Channel, ChannelHandler } from './channel.ts';
import { DelegatingChannel } from './delegating-channel.ts';
import { endOfTurn } from './end-of-turn.ts';

/**
 * A channel whose first bytes `onFirst` receives before the handler does. It is paused from then on until a handler is
 * attached. When the peer ends early, `onFirst` receives fewer bytes; when it sent none, the channel ends.
 */
export class PeekedChannel extends DelegatingChannel {
  /** Called when the channel is over. */
  onOver: (error: Error | undefined) => void = () => {};
  #handler: ChannelHandler | undefined;
  /** Until it was called. */
  #onFirst: ((first: Uint8Array) => void) | undefined;
  readonly #firstBytes: number;
  #held: Uint8Array[] = [];
  #ended = false;
  #isEnded = false;
  /** Set when the channel is over: the argument of `onClose`. After an end in order it follows the last bytes. */
  #outcome: { readonly error: Error | undefined } | undefined;
  #isClosed = false;
  #paused = false;

  constructor(channel: Channel, firstBytes: number, onFirst: (first: Uint8Array) => void) {
    super(channel);
    this.#firstBytes = firstBytes;
    this.#onFirst = onFirst;
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
    endOfTurn(() => this.#deliver());
  }

  override pause(): void {
    this.#paused = true;
    this.channel.pause();
  }

  override resume(): void {
    this.#paused = false;
    this.#deliver();
  }

  /** The peer has had its time to begin: what little has come counts as its first bytes, and nothing as its end. */
  stopWaiting(): void {
    if (this.#onFirst === undefined) return;
    if (this.#held.length === 0) this.channel.destroy();
    else this.#peek(this.#held[0]!);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#handler !== undefined && this.#held.length === 0 && !this.#paused) {
      this.#handler.onBytes(bytes);
      return;
    }
    this.#held.push(bytes);
    if (this.#onFirst === undefined) this.channel.pause();
    else this.#collect();
  }

  #collect(): void {
    const first = this.#held.length === 1 ? this.#held[0]! : joined(this.#held);
    this.#held = [first];
    if (first.length >= this.#firstBytes) this.#peek(first);
  }

  #peek(first: Uint8Array): void {
    const onFirst = this.#onFirst;
    this.#onFirst = undefined;
    this.channel.pause();
    onFirst?.(first.subarray(0, this.#firstBytes));
  }

  #end(): void {
    this.#ended = true;
    if (this.#onFirst !== undefined && this.#held.length === 0) this.channel.end();
    else if (this.#onFirst !== undefined) this.#peek(this.#held[0]!);
    this.#deliver();
  }

  #close(error: Error | undefined): void {
    this.#outcome = { error };
    this.onOver(error);
    this.#deliver();
  }

  #deliver(): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    while (this.#held.length > 0 && !this.#paused && !this.#isLost) handler.onBytes(this.#held.shift()!);
    if (this.#paused && !this.#isLost) return;
    if (this.#ended && !this.#isEnded && !this.#isLost) {
      this.#isEnded = true;
      handler.onEnd();
    }
    if (this.#outcome !== undefined) this.#closeHandler(handler, this.#outcome.error);
    else if (!this.#ended) this.channel.resume();
  }

  /** Whether the channel is over, and not in order: nothing more is delivered. */
  get #isLost(): boolean {
    return this.#outcome?.error !== undefined;
  }

  #closeHandler(handler: ChannelHandler, error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
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
