import { connectionLost } from '../errors.ts';
import type { Channel, ChannelHandler, PeerAddress } from './channel.ts';
import { endOfTurn } from './end-of-turn.ts';

const memoryPeer: PeerAddress = Object.freeze({ address: 'memory', port: 0 });

/** The behaviour of a pair. */
export interface ChannelPairOptions {
  /** Bytes on their way from which on `write` returns false. Default 64 KiB. */
  readonly highWaterBytes?: number;
  /** The channels' `maxWriteBytes`. Default: no limit. */
  readonly maxWriteBytes?: number;
}

/** Two ends of a flow in memory, for tests and for clients in the same process. Bytes arrive at the end of the turn. */
export function createChannelPair(options: ChannelPairOptions = {}): [Channel, Channel] {
  const here = new MemoryChannel(options);
  const there = new MemoryChannel(options);
  here.other = there;
  there.other = here;
  return [here, there];
}

class MemoryChannel implements Channel {
  readonly transport = 'memory';
  readonly peer = memoryPeer;
  readonly maxWriteBytes: number;
  other!: MemoryChannel;
  readonly #highWaterBytes: number;
  #handler: ChannelHandler | undefined;
  /** The chunks that have arrived and were not delivered; `undefined` at the end stands for the peer's end. */
  #arrived: (Uint8Array | undefined)[] = [];
  #arrivedBytes = 0;
  #paused = false;
  #clogged = false;
  #ended = false;
  #peerEnded = false;
  #over = false;
  #error: Error | undefined;
  #scheduled = false;

  constructor({ highWaterBytes = 64 * 1024, maxWriteBytes = Number.POSITIVE_INFINITY }: ChannelPairOptions) {
    this.#highWaterBytes = highWaterBytes;
    this.maxWriteBytes = maxWriteBytes;
  }

  get queuedBytes(): number {
    return this.#over ? 0 : this.other.#arrivedBytes;
  }

  attach(handler: ChannelHandler): void {
    if (this.#handler !== undefined) throw new TypeError('The channel has a handler already');
    this.#handler = handler;
    if (this.#over) endOfTurn(() => handler.onClose(this.#error));
    else this.#schedule();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#over || this.#ended) return true;
    this.other.#arrive(bytes);
    this.#clogged = this.queuedBytes >= this.#highWaterBytes;
    return !this.#clogged;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  end(): void {
    if (this.#over || this.#ended) return;
    this.#ended = true;
    this.other.#arrive(undefined);
    this.#closeIfEnded();
  }

  destroy(error: Error = connectionLost('The channel was destroyed')): void {
    this.#close(error);
    this.other.#close(connectionLost('The peer destroyed the channel'));
  }

  #arrive(bytes: Uint8Array | undefined): void {
    if (this.#over) return;
    this.#arrived.push(bytes);
    this.#arrivedBytes += bytes?.length ?? 0;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#arrived.length === 0 || this.#handler === undefined) return;
    this.#scheduled = true;
    endOfTurn(() => this.#deliver());
  }

  #deliver(): void {
    this.#scheduled = false;
    // Bytes that arrive during this delivery wait for the next turn.
    for (let left = this.#arrived.length; left > 0 && !this.#paused && !this.#over; left--) {
      const bytes = this.#arrived.shift();
      if (bytes === undefined) {
        this.#peerEnded = true;
        this.#handler!.onEnd();
        this.#closeIfEnded();
        return;
      }
      this.#arrivedBytes -= bytes.length;
      this.other.#drain();
      this.#handler!.onBytes(bytes);
    }
    if (!this.#paused && !this.#over) this.#schedule();
  }

  #drain(): void {
    if (!this.#clogged || this.queuedBytes >= this.#highWaterBytes) return;
    this.#clogged = false;
    endOfTurn(() => {
      if (!this.#over && !this.#clogged) this.#handler?.onDrain();
    });
  }

  #closeIfEnded(): void {
    if (this.#ended && this.#peerEnded) this.#close(undefined);
  }

  #close(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = error;
    this.#arrived = [];
    this.#arrivedBytes = 0;
    const handler = this.#handler;
    if (handler !== undefined) endOfTurn(() => handler.onClose(error));
  }
}
