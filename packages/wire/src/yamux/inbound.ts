import type { FrameSink } from './frame-reader.ts';
import { Flag, FrameType } from './header.ts';
import type { YamuxStream } from './stream.ts';
import type { StreamTable } from './stream-table.ts';

/** The part of a session that the peer's frames need. */
export interface InboundOwner {
  /** Whether the peer's streams are refused. */
  readonly takesNoStreams: boolean;
  /** Whether the session is over, which `refuse` may have caused. */
  readonly isFinished: boolean;
  /** The peer has opened a stream. */
  onStream(stream: YamuxStream): void;
  /** The peer asks for a sign of life. */
  onPing(value: number): void;
  onGoAway(reason: number): void;
  /** Resets a stream that is not there. */
  reset(id: number): void;
  /** The peer broke a rule. */
  refuse(what: string): void;
}

/*
 * The meaning of the peer's frames: each is checked against yamux's rules and given to its stream.
 *
 *     FrameReader ─▶ header ─┬─ data, window update ─▶ SYN? a new stream ─▶ the stream, or a stray
 *                            ├─ ping ─▶ answered
 *                            └─ go-away ─▶ kept
 */
export class Inbound implements FrameSink {
  readonly #owner: InboundOwner;
  readonly #streams: StreamTable;
  /** The stream that the payload under way belongs to; undefined: it is dropped. */
  #receiver: YamuxStream | undefined;
  #receiverEnds = false;

  constructor(owner: InboundOwner, streams: StreamTable) {
    this.#owner = owner;
    this.#streams = streams;
  }

  onHeader(version: number, type: number, flags: number, id: number, length: number): void {
    if (version !== 0) this.#owner.refuse(`version ${version} is not known`);
    else if (type === FrameType.data || type === FrameType.windowUpdate)
      this.#onStreamFrame(type, flags, id, length);
    else if (type === FrameType.ping) {
      if (flags & Flag.syn) this.#owner.onPing(length);
    } else if (type === FrameType.goAway) this.#owner.onGoAway(length);
    else this.#owner.refuse(`type ${type} is not known`);
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
    if (this.#owner.isFinished) return;
    const stream = this.#streams.get(id);
    if (stream === undefined) this.#onStray(type, flags, id, length);
    else if (flags & Flag.rst) stream.receiveReset();
    else if (type === FrameType.data) this.#onStreamData(stream, flags, length);
    else if (!stream.grant(length)) this.#owner.refuse(`the window of stream ${id} passes 2³² − 1`);
    else if (flags & Flag.fin) stream.receiveEnd();
  }

  #onStreamData(stream: YamuxStream, flags: number, length: number): void {
    const { id } = stream;
    if (length > 0 && stream.peerEnded) this.#owner.refuse(`data on stream ${id} after its end`);
    else if (!stream.window.admit(length)) this.#owner.refuse(`data on stream ${id} overruns its window`);
    else {
      this.#receiver = stream;
      this.#receiverEnds = (flags & Flag.fin) !== 0;
    }
  }

  #onSyn(flags: number, id: number): void {
    if (!this.#streams.useId(id)) this.#owner.refuse(`stream ${id} is not the peer's to open`);
    if (this.#owner.isFinished || flags & Flag.rst) return;
    const accepted = this.#owner.takesNoStreams ? undefined : this.#streams.accept(id);
    if (accepted !== undefined) {
      this.#owner.onStream(accepted);
      return;
    }
    this.#streams.refuse(id);
    this.#owner.reset(id);
  }

  /**
   * A frame for a stream that is not there. The reference drops it, whether the stream ever was or not, since most
   * often a reset is under way that has not reached the peer. So do we, within the stream's window; where no stream ever
   * was, the peer also receives a reset.
   */
  #onStray(type: number, flags: number, id: number, length: number): void {
    if (id === 0) this.#owner.refuse('stream 0 is the session itself');
    else if (type === FrameType.data && length > 0) {
      if (!this.#streams.admitStray(id, length))
        this.#owner.refuse(`data on stream ${id}, which is gone, overruns its window`);
      else if (!this.#streams.everWas(id) && !(flags & Flag.rst)) this.#owner.reset(id);
    }
    if (flags & (Flag.fin | Flag.rst)) this.#streams.forget(id);
  }
}
