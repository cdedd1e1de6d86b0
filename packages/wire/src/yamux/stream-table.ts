import { DepartedStreams } from './departed-streams.ts';
import { Flag, initialWindowBytes } from './header.ts';
import type { ResolvedYamuxLimits } from './limits.ts';
import { type StreamOwner, YamuxStream } from './stream.ts';
import { StreamIds } from './stream-ids.ts';

/** The side that dialled is the client: its streams are odd, the server's even. */
export type Side = 'client' | 'server';

const lastId = 2 ** 32 - 1;

/**
 * The streams of a session by id, of both sides, and what is remembered of those that are gone: which ids were used, and
 * what may yet come on those that were reset. Its memory is bounded by the limits, not by how many streams there were.
 */
export class StreamTable {
  readonly #streams = new Map<number, YamuxStream>();
  readonly #owner: StreamOwner;
  readonly #limits: ResolvedYamuxLimits;
  readonly #peerIds: StreamIds;
  readonly #departed = new DepartedStreams();
  #nextId: number;
  /** Of the peer's streams: how many are open, and which have no handler. */
  #peerStreams = 0;
  readonly #waiting = new Set<YamuxStream>();

  constructor(owner: StreamOwner, side: Side, limits: ResolvedYamuxLimits) {
    this.#owner = owner;
    this.#limits = limits;
    this.#nextId = side === 'client' ? 1 : 2;
    this.#peerIds = new StreamIds(side === 'client' ? 2 : 1);
  }

  get size(): number {
    return this.#streams.size;
  }

  get hasIds(): boolean {
    return this.#nextId <= lastId;
  }

  get(id: number): YamuxStream | undefined {
    return this.#streams.get(id);
  }

  /** All streams as they are now. */
  all(): YamuxStream[] {
    return [...this.#streams.values()];
  }

  /** A new stream of ours. */
  open(): YamuxStream {
    const stream = new YamuxStream(this.#owner, this.#nextId, Flag.syn, this.#limits.receiveWindowBytes);
    this.#nextId += 2;
    this.#streams.set(stream.id, stream);
    return stream;
  }

  /** Uses an id of the peer's. False when it is not the peer's, or was used before. */
  useId(id: number): boolean {
    return this.#peerIds.use(id);
  }

  /** A new stream of the peer's, whose id was used just now; undefined when there is no room for it. */
  accept(id: number): YamuxStream | undefined {
    const { maxStreams, maxWaitingStreams, receiveWindowBytes } = this.#limits;
    if (this.#peerStreams >= maxStreams || this.#waiting.size >= maxWaitingStreams) return undefined;
    const stream = new YamuxStream(this.#owner, id, Flag.ack, receiveWindowBytes);
    this.#streams.set(id, stream);
    this.#peerStreams += 1;
    this.#waiting.add(stream);
    return stream;
  }

  /** A stream of the peer's is reset without ever having been taken. */
  refuse(id: number): void {
    this.#departed.add(id, initialWindowBytes);
  }

  attached(stream: YamuxStream): void {
    this.#waiting.delete(stream);
  }

  /** A stream is over. `reset`: the peer may send until our reset reaches it. */
  leave(stream: YamuxStream, reset: boolean): void {
    this.#streams.delete(stream.id);
    this.#waiting.delete(stream);
    if (this.#peerIds.owns(stream.id)) this.#peerStreams -= 1;
    if (reset && !stream.peerEnded) this.#departed.add(stream.id, stream.window.left);
  }

  /** Whether there ever was such a stream. */
  everWas(id: number): boolean {
    return this.#peerIds.owns(id) ? this.#peerIds.used(id) : id < this.#nextId;
  }

  /** Counts data for a stream that is not there. False when no peer may send so much. */
  admitStray(id: number, length: number): boolean {
    return length <= this.#limits.receiveWindowBytes && this.#departed.admit(id, length);
  }

  /** The peer has said its last on a stream that is not there. */
  forget(id: number): void {
    this.#departed.forget(id);
  }
}
