import { type Clock, Owner, systemClock, type Timer } from '@inkwire/base';
import type { Channel, PeerAddress, Transport } from '../channels/channel.ts';
import { endOfTurn } from '../channels/end-of-turn.ts';
import { Heartbeat, type ResolvedPing, resolvePing } from '../channels/heartbeat.ts';
import { connectionLost, WireError } from '../errors.ts';
import { Allowance } from '../frames/allowance.ts';
import { FrameReader } from './frame-reader.ts';
import { Flag, FrameType, GoAway } from './header.ts';
import { Inbound, type InboundOwner } from './inbound.ts';
import { type ResolvedYamuxLimits, resolveYamuxLimits } from './limits.ts';
import type { YamuxOptions, YamuxSession } from './options.ts';
import { Sender } from './sender.ts';
import type { StreamOwner, YamuxStream } from './stream.ts';
import { StreamTable } from './stream-table.ts';

/*
 * yamux version 0, either side: many channels over one (github.com/hashicorp/yamux, spec.md).
 *
 *     channel ─▶ FrameReader ─▶ Inbound ─▶ YamuxStream ─▶ handler
 *     channel ◀── Sender ◀── replies ◀─┘       └─▶ write, end: one frame each turn, round and round
 *
 *     open ──close()──▶ closing (go-away sent; streams go on) ──the last one ends──▶ finished ─▶ channel closed
 *       └── destroy(), a broken rule, a silent peer, the channel's end ───────────▶ finished ─▶ channel closed
 *
 * Invariants: the limits bound what the peer may make us keep: streams by number and window, all of them together by the
 * allowance; from a peer that does not read replies we do not read either. The first frame of a client is a stream's SYN,
 * by which a server detects yamux: before it there is no ping and no go-away. A broken rule ends the connection with
 * go-away(1), an error thrown by a handler of bytes with go-away(2). `onClose` is called once for every stream.
 */

/** Creates a session over a channel without a handler. Throws a RangeError for a limit out of bounds. */
export function createYamuxSession(options: YamuxOptions): YamuxSession {
  return new Session(options);
}

/** The time in which a peer must read a go-away and end the connection, before the connection is cut. */
const lingerMs = 1000;

class Session extends Owner implements YamuxSession, StreamOwner, InboundOwner {
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
  readonly #inbound: Inbound;
  readonly #reader: FrameReader;
  readonly #sender: Sender;
  readonly #streams: StreamTable;
  /** Whether the channel is paused until the peer reads our replies. */
  #unread = false;
  /** Whether anything but a SYN may be sent. */
  #hasBegun = false;
  #pings = 0;
  #closing = false;
  /** The reason for which the peer goes away. */
  #goAway: number | undefined;
  #finished = false;
  #failure: Error | undefined;
  #timer: Timer | undefined;
  #gone = () => {};
  readonly #whenGone = new Promise<void>((resolve) => {
    this.#gone = resolve;
  });

  constructor(options: YamuxOptions) {
    super('yamux session');
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
    this.#inbound = new Inbound(this, this.#streams);
    this.#reader = new FrameReader(this.#inbound);
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

  override get closed(): boolean {
    return this.#finished || super.closed;
  }

  open(): Channel {
    this.expectOpen();
    if (this.#finished || this.#goAway !== undefined || !this.#streams.hasIds)
      throw connectionLost('The connection takes no new streams', this.#failure);
    const stream = this.#streams.open();
    this.enterTurns(stream);
    return stream;
  }

  // Called by streams.

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
    if (reset) this.reset(stream.id);
    if (this.#closing && this.#streams.size === 0) queueMicrotask(() => this.#finish(undefined));
  }

  // Bytes from the peer.

  #receive(bytes: Uint8Array): void {
    if (this.#finished) return;
    this.#heartbeat?.received();
    try {
      this.#sender.during(() => this.#reader.push(bytes));
    } catch (error) {
      // A handler threw in the middle of a frame, so the rest of the frame is lost.
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

  // Called when the peer's frames are handled.

  get isFinished(): boolean {
    return this.#finished;
  }

  get takesNoStreams(): boolean {
    return this.#closing || this.#onChannel === undefined;
  }

  onStream(stream: YamuxStream): void {
    this.enterUpdates(stream);
    this.#onChannel!(stream);
  }

  onPing(value: number): void {
    this.#sender.add(FrameType.ping, Flag.ack, 0, value);
  }

  onGoAway(reason: number): void {
    this.#goAway = Math.max(this.#goAway ?? 0, reason);
  }

  reset(id: number): void {
    this.#sender.add(FrameType.windowUpdate, Flag.rst, id, 0);
  }

  refuse(what: string): void {
    const error = new WireError('WIRE_YAMUX_INVALID', `The peer broke yamux: ${what}`);
    this.#finish(error, GoAway.protocolError);
  }

  /** Two turns later: the reply of the stream that exceeded the allowance is written at the end of this one. */
  #exceeded(error: WireError): void {
    endOfTurn(() => endOfTurn(() => this.#finish(error, GoAway.protocolError)));
  }

  // Frames of the session itself.

  #sendGoAway(reason: number): void {
    if (this.#hasBegun) this.#sender.add(FrameType.goAway, 0, 0, reason);
  }

  /** While the channel takes no writes a ping would only wait behind the others. */
  #ping(): void {
    if (!this.#sender.isClogged) this.#sender.add(FrameType.ping, Flag.syn, 0, this.#pings++ >>> 0);
  }

  // The end of the session.

  /** Opens no new streams. The others continue until they end, or until the timeout. */
  protected override async drain(): Promise<void> {
    if (!this.#finished) {
      this.#closing = true;
      this.#sendGoAway(GoAway.normal);
      if (this.#streams.size === 0) this.#finish(undefined);
      else this.#timer = this.#clock.after(this.#limits.closeTimeoutMs, () => void this.destroy());
    }
    await this.#whenGone;
  }

  protected override async abort(error: Error): Promise<void> {
    this.#finish(error, GoAway.internalError);
    this.#channel.destroy(error);
    await this.#whenGone;
  }

  /** Nothing more is received or sent. The peer has a moment to read what was sent; then the channel is cut. */
  #finish(error: Error | undefined, goAway?: number): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#failure = error;
    this.#heartbeat?.stop();
    this.#timer?.cancel();
    this.#reader.stop();
    if (goAway !== undefined) this.#sendGoAway(goAway);
    this.#sender.stop();
    for (const stream of this.#streams.all())
      stream.lose(error ?? connectionLost('The connection has ended'));
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

  /** The error of an end of the channel that we did not ask for; undefined when nothing is lost by it. */
  #endError(): Error | undefined {
    if (this.#streams.size === 0 && this.#reader.betweenFrames) return this.#peersReason();
    return this.#peersReason() ?? connectionLost('The connection ended with streams open');
  }

  /** The error with which the peer went away, when it gave a reason. */
  #peersReason(): Error | undefined {
    if (this.#goAway === undefined || this.#goAway === GoAway.normal) return undefined;
    return new WireError('WIRE_YAMUX_INVALID', `The peer went away with reason ${this.#goAway}`);
  }
}
