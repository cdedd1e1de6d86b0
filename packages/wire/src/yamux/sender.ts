import type { Channel } from '../channels/channel.ts';
import { endOfTurn } from '../channels/end-of-turn.ts';
import { flushAnswered } from '../frames/flush-together.ts';
import { FrameGatherer } from './frame-gatherer.ts';
import type { YamuxStream } from './stream.ts';
import { Turns } from './turns.ts';

/*
 * The frames that a session sends: replies first, then window updates, then one data frame of each stream in turn, round and
 * round.
 *
 * Invariants: data is taken from a stream only while the channel takes writes, so what waits stays in the streams, where
 * `write` answers false. A frame caused by a chunk is written when the chunk is done (`during`), one caused at
 * another time at the end of the turn.
 */

const gatherBytes = 64 * 1024;

export class Sender {
  readonly #channel: Channel;
  readonly #frames = new FrameGatherer();
  readonly #turns = new Turns<YamuxStream>();
  readonly #updates = new Set<YamuxStream>();
  #clogged = false;
  #corked = false;
  #flushing = false;
  #scheduled = false;
  #stopped = false;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Whether the channel asked to wait. */
  get isClogged(): boolean {
    return this.#clogged;
  }

  /** Bytes of replies that wait for the channel. */
  get waitingBytes(): number {
    return this.#frames.bytes;
  }

  /** Sends a frame without a payload, before any data. */
  add(type: number, flags: number, id: number, length: number): void {
    if (this.#stopped) return;
    this.#frames.add(type, flags, id, length);
    this.#flushSoon();
  }

  /** Asks the stream for frames when it is its turn. */
  enterTurns(stream: YamuxStream): void {
    this.#turns.enter(stream);
    this.#flushSoon();
  }

  /** Asks the stream for its window update or its ACK. */
  enterUpdates(stream: YamuxStream): void {
    this.#updates.add(stream);
    this.#flushSoon();
  }

  /** The stream is over. */
  leave(stream: YamuxStream): void {
    this.#turns.leave(stream);
    this.#updates.delete(stream);
  }

  /** Writes nothing while `work` runs, and then what it caused. */
  during(work: () => void): void {
    this.#corked = true;
    try {
      work();
    } finally {
      flushAnswered();
      this.#corked = false;
      this.#flush();
    }
  }

  /** The channel takes writes again. */
  drained(): void {
    this.#clogged = false;
    this.#flush();
  }

  /** Writes the replies that are left, and no more from then on. */
  stop(): void {
    this.#stopped = true;
    this.#write();
  }

  #flushSoon(): void {
    if (this.#scheduled || this.#corked || this.#flushing || this.#clogged || this.#stopped) return;
    this.#scheduled = true;
    endOfTurn(this.#flushScheduled);
  }

  readonly #flushScheduled = (): void => {
    this.#scheduled = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#flushing || this.#corked) return;
    this.#flushing = true;
    while (!this.#clogged && !this.#stopped) {
      this.#gather();
      if (this.#frames.bytes === 0) break;
      this.#write();
    }
    this.#flushing = false;
  }

  #gather(): void {
    for (const stream of this.#updates) stream.sendUpdate(this.#frames);
    this.#updates.clear();
    while (this.#frames.bytes < gatherBytes) {
      const stream = this.#turns.next();
      if (stream === undefined) return;
      if (stream.send(this.#frames)) this.#turns.enter(stream);
    }
  }

  #write(): void {
    const most = this.#channel.maxWriteBytes;
    for (const piece of this.#frames.take()) {
      for (let at = 0; at < piece.length; at += most) {
        const part = piece.length <= most ? piece : piece.subarray(at, at + most);
        if (!this.#channel.write(part)) this.#clogged = true;
      }
    }
  }
}
