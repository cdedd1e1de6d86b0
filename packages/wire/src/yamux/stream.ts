import type { Channel, ChannelHandler, PeerAddress, Transport } from '../channels/channel.ts';
import { WireError } from '../errors.ts';
import type { Allowance } from '../frames/allowance.ts';
import type { FrameGatherer } from './frame-gatherer.ts';
import { Flag, FrameType, initialWindowBytes, maxDataBytes } from './header.ts';
import { ReceiveWindow } from './receive-window.ts';
import { SendQueue } from './send-queue.ts';

/*
 * One stream of a session, as a channel. Bytes that the program writes are kept here until the session fetches them, when it is
 * the stream's turn (`send`); what the peer sends is delivered at once, or held while the handler is paused.
 *
 *     program ─write─▶ queue ─send()─▶ session            session ─receive()─▶ handler
 *                                                                  └▶ window (paused) ─resume─▶ handler
 *
 * Invariants: one data frame for each `write`, whole, and only when the peer's window has room for all of it. SYN or ACK
 * is on the stream's first frame and on no other; FIN is a frame of its own, because the reference implementation can
 * take a FIN for the end before it has read the data of the same frame. The stream is over when our FIN was sent and the
 * handler knows of the peer's, or with the first error; `onClose` follows once, in a turn of its own.
 */

/** The part of a session that a stream needs. */
export interface StreamOwner {
  readonly transport: Transport;
  readonly peer: PeerAddress;
  readonly highWaterBytes: number;
  /** The memory that all streams together may hold. */
  readonly allowance: Allowance;
  /** The stream has something to send. */
  enterTurns(stream: YamuxStream): void;
  /** A window update must be sent. */
  enterUpdates(stream: YamuxStream): void;
  /** The stream's SYN or ACK is about to be sent. */
  greeted(stream: YamuxStream): void;
  /** The stream has a handler. */
  attached(stream: YamuxStream): void;
  /** The stream is over. `reset`: the peer must receive a reset. */
  left(stream: YamuxStream, reset: boolean): void;
}

export class YamuxStream implements Channel {
  readonly id: number;
  readonly maxWriteBytes = maxDataBytes;
  readonly window: ReceiveWindow;
  readonly #owner: StreamOwner;
  readonly #queue = new SendQueue();
  /** Bytes that the peer lets us send. */
  #credit = initialWindowBytes;
  /** SYN or ACK until the first frame has carried it away. */
  #greeting: number;
  #handler: ChannelHandler | undefined;
  #paused = false;
  #handing = false;
  #drainOwed = false;
  #ended = false;
  #finSent = false;
  #peerEnded = false;
  #endDelivered = false;
  /** Set when the stream is over: the argument of `onClose`. */
  #outcome: { readonly error: Error | undefined } | undefined;

  /** `greeting`: `Flag.syn` where we open the stream, `Flag.ack` where the peer has. */
  constructor(owner: StreamOwner, id: number, greeting: number, windowBytes: number) {
    this.#owner = owner;
    this.id = id;
    this.#greeting = greeting;
    this.window = new ReceiveWindow(windowBytes, owner.allowance);
  }

  get transport(): Transport {
    return this.#owner.transport;
  }

  get peer(): PeerAddress {
    return this.#owner.peer;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Whether the peer said that it sends no more. */
  get peerEnded(): boolean {
    return this.#peerEnded;
  }

  attach(handler: ChannelHandler): void {
    if (this.#handler !== undefined) throw new TypeError('The stream has a handler already');
    this.#handler = handler;
    this.#owner.attached(this);
    if (this.#outcome !== undefined) this.#notifyClose();
    else if (this.window.held > 0 || this.#peerEnded) queueMicrotask(() => this.#deliver());
  }

  write(bytes: Uint8Array): boolean {
    if (bytes.length > maxDataBytes)
      throw new RangeError(`Expected at most ${maxDataBytes} bytes in one write, got \`${bytes.length}\``);
    if (this.#ended || this.#outcome !== undefined || bytes.length === 0) return !this.#drainOwed;
    this.#queue.add(bytes);
    this.#owner.enterTurns(this);
    if (this.#queue.bytes >= this.#owner.highWaterBytes) this.#drainOwed = true;
    return !this.#drainOwed;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#deliver();
  }

  end(): void {
    if (this.#outcome !== undefined) return;
    this.#ended = true;
    this.#owner.enterTurns(this);
  }

  destroy(error: Error = new WireError('WIRE_STREAM_RESET', 'This side reset the stream')): void {
    const unsettled = this.#greeting !== Flag.syn && !(this.#finSent && this.#peerEnded);
    this.#close(error, unsettled);
  }

  // Called by the session.

  /** Bytes of the peer, which `window` has admitted; also the rest of a payload when the stream is over. */
  receive(bytes: Uint8Array): void {
    if (this.#outcome !== undefined) return;
    if (this.#handler === undefined || this.#paused || this.#handing || this.window.held > 0)
      this.#hold(bytes);
    else this.#hand(bytes);
  }

  /** The peer's FIN, or one more. */
  receiveEnd(): void {
    this.#peerEnded = true;
    this.#deliver();
  }

  /** The peer's RST. */
  receiveReset(): void {
    this.#close(new WireError('WIRE_STREAM_RESET', 'The peer reset the stream'), false);
  }

  /** More of the peer's window. False when no window can be so large. */
  grant(bytes: number): boolean {
    this.#credit += bytes;
    if (bytes > 0 && !this.#queue.isEmpty) this.#owner.enterTurns(this);
    return this.#credit < 2 ** 32;
  }

  /** The connection is over. A stream that both sides have ended keeps what it holds for its handler. */
  lose(error: Error): void {
    if (!(this.#finSent && this.#peerEnded)) this.#close(error, false);
  }

  /**
   * Adds one frame to what is sent, if there is one to send and the peer has room for it. True when there may be more.
   */
  send(frames: FrameGatherer): boolean {
    if (!this.#queue.isEmpty) return this.#sendNext(frames);
    if (this.#ended && !this.#finSent) {
      frames.add(FrameType.data, this.#greet() | Flag.fin, this.id, 0);
      this.#finSent = true;
      this.#closeWhenDone();
    } else if (this.#greeting === Flag.syn) {
      // Data, not a window update: the first frame of a connection must differ from plain frames.
      frames.add(FrameType.data, this.#greet(), this.id, 0);
    }
    return false;
  }

  /** Adds the window update that is due, or the ACK that no data frame is about to carry. */
  sendUpdate(frames: FrameGatherer): void {
    if (this.#greeting === Flag.syn) return;
    const greets = this.#greeting !== 0 && this.#queue.isEmpty;
    if (!greets && (this.#peerEnded || !this.window.isDue)) return;
    frames.add(FrameType.windowUpdate, this.#greet(), this.id, this.window.takeOwed());
  }

  #sendNext(frames: FrameGatherer): boolean {
    if (this.#queue.nextLength > this.#credit) return false;
    const payload = this.#queue.take();
    this.#credit -= payload.length;
    frames.addData(this.#greet(), this.id, payload);
    if (this.#drainOwed && this.#queue.bytes < this.#owner.highWaterBytes) queueMicrotask(this.#notifyDrain);
    return !this.#queue.isEmpty || this.#ended;
  }

  #greet(): number {
    const flag = this.#greeting;
    if (flag !== 0) this.#owner.greeted(this);
    this.#greeting = 0;
    // A window larger than the first is granted right behind the SYN.
    if (flag === Flag.syn && this.window.isDue) this.#owner.enterUpdates(this);
    return flag;
  }

  readonly #notifyDrain = (): void => {
    if (!this.#drainOwed || this.#outcome !== undefined || this.#queue.bytes >= this.#owner.highWaterBytes)
      return;
    this.#drainOwed = false;
    this.#handler?.onDrain();
  };

  /** Or resets the stream: what ends the connection is the session's affair. */
  #hold(bytes: Uint8Array): void {
    try {
      this.window.hold(bytes);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #hand(bytes: Uint8Array): void {
    this.#handing = true;
    try {
      this.#handler!.onBytes(bytes);
    } finally {
      this.#handing = false;
    }
    if (this.window.consume(bytes.length) && this.#outcome === undefined) this.#owner.enterUpdates(this);
  }

  /** Delivers what was held, and then the end. */
  #deliver(): void {
    if (this.#handler === undefined || this.#handing) return;
    while (!this.#paused) {
      const bytes = this.window.release();
      if (bytes === undefined) break;
      this.#hand(bytes);
    }
    if (!this.#peerEnded || this.#endDelivered || this.#paused || this.#outcome !== undefined) return;
    this.#endDelivered = true;
    this.#handler.onEnd();
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.#finSent && this.#endDelivered) this.#close(undefined, false);
  }

  #close(error: Error | undefined, reset: boolean): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = { error };
    this.#queue.clear();
    this.window.clear();
    this.#owner.left(this, reset);
    if (this.#handler !== undefined) this.#notifyClose();
  }

  #notifyClose(): void {
    const handler = this.#handler!;
    const { error } = this.#outcome!;
    queueMicrotask(() => handler.onClose(error));
  }
}
