import { type Clock, type Closable, Lifetime, systemClock, type Timer } from '@inkwire/base';
import type { Channel, PeerAddress, Transport } from '../channels/channel.ts';
import { endOfTurn } from '../channels/end-of-turn.ts';
import { Heartbeat, type PingOptions, type ResolvedPing, resolvePing } from '../channels/heartbeat.ts';
import { WireError } from '../errors.ts';
import { Allowance } from '../frames/allowance.ts';
import { FrameReader, type FrameSink } from './frame-reader.ts';
import { Flag, FrameType, GoAway } from './header.ts';
import { type ResolvedYamuxLimits, resolveYamuxLimits, type YamuxLimits } from './limits.ts';
import { Sender } from './sender.ts';
import type { StreamOwner, YamuxStream } from './stream.ts';
import { StreamTable } from './stream-table.ts';

/*
 * yamux version 0, either side: many channels over one (github.com/hashicorp/yamux, spec.md).
 *
 *     channel ─▶ FrameReader ─▶ Session ─▶ YamuxStream ─▶ handler
 *     channel ◀── Sender ◀──┘ replies     └─▶ write, end: one frame each turn, round and round
 *
 *     open ──close()──▶ closing (go-away sent; streams go on) ──the last one ends──▶ finished ─▶ channel closed
 *       └── destroy(), a broken rule, a silent peer, the channel's end ───────────▶ finished ─▶ channel closed
 *
 * Invariants: what the peer may make us keep is bounded by the limits: streams by number and window, all of them together
 * by the allowance, replies by not reading a peer who does not read. The first frame of a client is a stream's SYN, by which
 * yamux is told from plain frames: before it there is no ping and no go-away. A broken rule ends the connection with go-away(1), and whatever a program throws while it
 * is told of bytes with go-away(2). Every stream hears `onClose` once.
 */

/** What a session is made of. */
export interface YamuxOptions {
  /** What everything goes over. The session attaches to it and owns it from then on. */
  readonly channel: Channel;
  /** Who dialled is the client: its streams are odd. */
  readonly side: 'client' | 'server';
  /** A stream that the peer opened. Attach at once, or it counts as waiting. Default: the peer may open none. */
  readonly onChannel?: ((channel: Channel) => void) | undefined;
  /** The session is over, all its streams too; with an error unless it ended in order. */
  readonly onClose?: ((error?: Error) => void) | undefined;
  readonly limits?: YamuxLimits | undefined;
  /** What all streams together may hold; a peer that asks for more is told to go away. Default: one of the default limits. */
  readonly allowance?: Allowance | undefined;
  /** False: a silent peer is not found out. */
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

/** Creates a session over a channel that nobody has attached to. Throws a RangeError for a limit out of bounds. */
export function createYamuxSession(options: YamuxOptions): YamuxSession {
  return new Session(options);
}

/** How long a peer that is told to go away has to read it and to end the connection, before it is cut. */
const lingerMs = 1000;

class Session implements YamuxSession, StreamOwner, FrameSink {
  readonly transport: Transport;
  readonly peer: PeerAddress;
  readonly highWaterBytes: number;
  readonly allowance: Allowance;
  readonly #channel: Channel;
  readonly #onChannel: ((channel: Channel) => void) | undefined;
  readonly #onClose: ((error?: Error) => void) | undefined;
  readonly #limits: ResolvedYamuxLimits;
  readonly #clock: Clock;
  readonly #pingEvery: ResolvedPing | undefined;
  /** From the moment on that the session may ping. */
  #heartbeat: Heartbeat | undefined;
  readonly #lifetime: Lifetime;
  readonly #reader = new FrameReader(this);
  readonly #sender: Sender;
  readonly #streams: StreamTable;
  /** The stream that the payload under way belongs to; undefined: it is dropped. */
  #receiver: YamuxStream | undefined;
  #receiverEnds = false;
  /** Whether the channel is paused until the peer reads our replies. */
  #unread = false;
  /** Whether anything but a SYN may be sent. */
  #hasBegun = false;
  #pings = 0;
  #closing = false;
  /** Why the peer goes away. */
  #goAway: number | undefined;
  #finished = false;
  #failure: Error | undefined;
  #timer: Timer | undefined;
  #gone = () => {};
  readonly #whenGone = new Promise<void>((resolve) => {
    this.#gone = resolve;
  });

  constructor(options: YamuxOptions) {
    const { channel, side, ping, clock = systemClock } = options;
    this.#pingEvery = resolvePing(ping);
    this.#limits = resolveYamuxLimits(options.limits);
    this.transport = channel.transport;
    this.peer = channel.peer;
    this.highWaterBytes = this.#limits.highWaterBytes;
    this.allowance = options.allowance ?? new Allowance();
    this.allowance.onExceeded = (error) => this.#exceeded(error);
    this.#channel = channel;
    this.#onChannel = options.onChannel;
    this.#onClose = options.onClose;
    this.#clock = clock;
    this.#sender = new Sender(channel);
    this.#streams = new StreamTable(this, side, this.#limits);
    this.#lifetime = new Lifetime('yamux session', {
      drain: () => this.#drain(),
      abort: (error) => this.#abort(error),
    });
    channel.attach({
      onBytes: (bytes) => this.#receive(bytes),
      onEnd: () => this.#finish(this.#endError()),
      onDrain: () => this.#drained(),
      onClose: (error) => this.#over(error),
    });
    if (side === 'server') this.#begin();
  }

  #begin(): void {
    this.#hasBegun = true;
    if (this.#pingEvery === undefined || this.#finished) return;
    this.#heartbeat = new Heartbeat(
      this.#clock,
      this.#pingEvery,
      () => this.#ping(),
      (error) => void this.destroy(error),
    );
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  get closed(): boolean {
    return this.#finished || this.#lifetime.closed;
  }

  open(): Channel {
    this.#lifetime.check();
    if (this.#finished || this.#goAway !== undefined || !this.#streams.hasIds)
      throw lost('The connection takes no new streams', this.#failure);
    const stream = this.#streams.open();
    this.enterTurns(stream);
    return stream;
  }

  close(): Promise<void> {
    return this.#lifetime.close();
  }

  destroy(error?: Error): Promise<void> {
    return this.#lifetime.destroy(error);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // What streams ask for.

  enterTurns(stream: YamuxStream): void {
    this.#sender.enterTurns(stream);
  }

  enterUpdates(stream: YamuxStream): void {
    this.#sender.enterUpdates(stream);
  }

  attached(stream: YamuxStream): void {
    this.#streams.attached(stream);
  }

  greeted(): void {
    if (!this.#hasBegun) this.#begin();
  }

  left(stream: YamuxStream, reset: boolean): void {
    this.#sender.leave(stream);
    this.#streams.leave(stream, reset);
    if (this.#receiver === stream) this.#receiver = undefined;
    if (reset) this.#reset(stream.id);
    if (this.#closing && this.#streams.size === 0) queueMicrotask(() => this.#finish(undefined));
  }

  // What the peer sends.

  #receive(bytes: Uint8Array): void {
    if (this.#finished) return;
    this.#heartbeat?.heard();
    try {
      this.#sender.during(() => this.#reader.push(bytes));
    } catch (error) {
      // A program threw in the middle of a frame, whose rest nobody could place any more.
      this.#finish(error instanceof Error ? error : new Error(String(error)), GoAway.internalError);
      throw error;
    }
    if (this.#sender.waitingBytes <= this.#limits.maxReplyBytes || this.#finished) return;
    this.#unread = true;
    this.#channel.pause();
  }

  #drained(): void {
    this.#sender.drained();
    if (!this.#unread || this.#sender.isClogged || this.#finished) return;
    this.#unread = false;
    this.#channel.resume();
  }

  onHeader(version: number, type: number, flags: number, id: number, length: number): void {
    if (version !== 0) this.#refuse(`version ${version} is not known`);
    else if (type === FrameType.data || type === FrameType.windowUpdate)
      this.#onStreamFrame(type, flags, id, length);
    else if (type === FrameType.ping) this.#onPing(flags, length);
    else if (type === FrameType.goAway) this.#goAway = Math.max(this.#goAway ?? 0, length);
    else this.#refuse(`type ${type} is not known`);
  }

  onData(bytes: Uint8Array): void {
    this.#receiver?.receive(bytes);
  }

  onDataEnd(): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    if (this.#receiverEnds) receiver?.receiveEnd();
  }

  #onStreamFrame(type: number, flags: number, id: number, length: number): void {
    if (flags & Flag.syn) this.#onSyn(flags, id);
    if (this.#finished) return;
    const stream = this.#streams.get(id);
    if (stream === undefined) this.#onStray(type, flags, id, length);
    else if (flags & Flag.rst) stream.receiveReset();
    else if (type === FrameType.data) this.#onStreamData(stream, flags, length);
    else if (!stream.grant(length)) this.#refuse(`the window of stream ${id} passes 2³² − 1`);
    else if (flags & Flag.fin && !stream.peerEnded) stream.receiveEnd();
  }

  #onStreamData(stream: YamuxStream, flags: number, length: number): void {
    if (length > 0 && stream.peerEnded) this.#refuse(`data on stream ${stream.id} after its end`);
    else if (!stream.window.admit(length)) this.#refuse(`data on stream ${stream.id} overruns its window`);
    else {
      this.#receiver = stream;
      this.#receiverEnds = (flags & Flag.fin) !== 0 && !stream.peerEnded;
    }
  }

  #onSyn(flags: number, id: number): void {
    if (!this.#streams.useId(id)) this.#refuse(`stream ${id} is not the peer's to open`);
    if (this.#finished || flags & Flag.rst) return;
    const taken = this.#closing || this.#onChannel === undefined ? undefined : this.#streams.accept(id);
    if (taken === undefined) {
      this.#streams.refuse(id);
      this.#reset(id);
    } else {
      this.enterUpdates(taken);
      this.#onChannel!(taken);
    }
  }

  /**
   * A frame for a stream that is not there. The reference drops it, whether the stream ever was or not, since most
   * often a reset is under way that the peer has not heard. So do we, within the stream's window; where no stream ever
   * was, the peer is also told, by a reset, that nobody listens.
   */
  #onStray(type: number, flags: number, id: number, length: number): void {
    if (id === 0) this.#refuse('stream 0 is the session itself');
    else if (type === FrameType.data && length > 0) {
      if (!this.#streams.admitStray(id, length))
        this.#refuse(`data on stream ${id}, which is gone, overruns its window`);
      else if (!this.#streams.everWas(id) && !(flags & Flag.rst)) this.#reset(id);
    }
    if (flags & (Flag.fin | Flag.rst)) this.#streams.forget(id);
  }

  #onPing(flags: number, value: number): void {
    if (flags & Flag.syn) this.#sender.add(FrameType.ping, Flag.ack, 0, value);
  }

  /** Two turns later: the answer of the stream that asked for too much is written at the end of this one. */
  #exceeded(error: WireError): void {
    endOfTurn(() => endOfTurn(() => this.#finish(error, GoAway.protocolError)));
  }

  #refuse(what: string): void {
    const error = new WireError('WIRE_YAMUX_INVALID', `The peer broke yamux: ${what}`);
    this.#finish(error, GoAway.protocolError);
  }

  // What the session says.

  #reset(id: number): void {
    this.#sender.add(FrameType.windowUpdate, Flag.rst, id, 0);
  }

  #sayGoAway(reason: number): void {
    if (this.#hasBegun) this.#sender.add(FrameType.goAway, 0, 0, reason);
  }

  /** While the channel takes no writes a ping would only wait behind the others. */
  #ping(): void {
    if (!this.#sender.isClogged) this.#sender.add(FrameType.ping, Flag.syn, 0, this.#pings++ >>> 0);
  }

  // How it ends.

  /** No new streams; the others go on until they end, or time is up. */
  async #drain(): Promise<void> {
    if (!this.#finished) {
      this.#closing = true;
      this.#sayGoAway(GoAway.normal);
      if (this.#streams.size === 0) this.#finish(undefined);
      else this.#timer = this.#clock.after(this.#limits.closeTimeoutMs, () => void this.destroy());
    }
    await this.#whenGone;
  }

  async #abort(error: Error): Promise<void> {
    this.#finish(error, GoAway.internalError);
    this.#channel.destroy(error);
    await this.#whenGone;
  }

  /** Nothing more is heard or taken. The peer has a moment to hear what was said; then the channel is cut. */
  #finish(error: Error | undefined, goAway?: number): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#failure = error;
    this.#heartbeat?.stop();
    this.#timer?.cancel();
    this.#reader.stop();
    if (goAway !== undefined) this.#sayGoAway(goAway);
    this.#sender.stop();
    for (const stream of this.#streams.all()) stream.lose(error ?? lost('The connection has ended'));
    const patienceMs = error === undefined ? this.#limits.closeTimeoutMs : lingerMs;
    this.#timer = this.#clock.after(patienceMs, () => this.#channel.destroy(error), { unref: true });
    this.#channel.end();
    this.#channel.resume();
  }

  /** The channel is over. */
  #over(error: Error | undefined): void {
    this.#finish(this.#peersReason() ?? error ?? this.#endError());
    this.#timer?.cancel();
    this.#gone();
    this.#onClose?.(this.#failure);
  }

  /** What an end of the channel means that we did not ask for; undefined when nothing is lost by it. */
  #endError(): Error | undefined {
    if (this.#streams.size === 0 && this.#reader.betweenFrames) return this.#peersReason();
    return this.#peersReason() ?? lost('The connection ended with streams open');
  }

  /** Why the peer went away, when it gave a reason. */
  #peersReason(): Error | undefined {
    if (this.#goAway === undefined || this.#goAway === GoAway.normal) return undefined;
    return new WireError('WIRE_YAMUX_INVALID', `The peer went away with reason ${this.#goAway}`);
  }
}

const lost = (message: string, cause?: Error) =>
  new WireError('WIRE_CONNECTION_LOST', message, { retryable: true, cause });
