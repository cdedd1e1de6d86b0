import { encodeHeader, FrameType, headerBytes } from './header.ts';

/*
 * Frames on their way to the connection, gathered into few pieces. Headers and short payloads are copied into a slab that
 * all connections share, long payloads go as they are. Invariant: what lies in a piece is never written again.
 */

const slabBytes = 64 * 1024;
/** Payloads above this are not copied: a write to the system costs about as much as copying so many bytes. */
const copiedBytes = 8 * 1024;

let slab = new Uint8Array(slabBytes);
let slabAt = 0;

export class FrameGatherer {
  /** Bytes that wait to be taken. */
  bytes = 0;
  #pieces: Uint8Array[] = [];
  /** The piece under way: `#in[#from … #to)`, extended as long as nothing else was written behind it. */
  #in: Uint8Array | undefined;
  #from = 0;
  #to = 0;

  /** A frame without a payload. */
  add(type: number, flags: number, id: number, length: number): void {
    const at = this.#reserve(headerBytes);
    encodeHeader(slab, at, type, flags, id, length);
  }

  /** A data frame. A long payload must not change from then on. */
  addData(flags: number, id: number, payload: Uint8Array): void {
    if (payload.length <= copiedBytes) {
      const at = this.#reserve(headerBytes + payload.length);
      encodeHeader(slab, at, FrameType.data, flags, id, payload.length);
      slab.set(payload, at + headerBytes);
      return;
    }
    this.add(FrameType.data, flags, id, payload.length);
    this.#seal();
    this.#pieces.push(payload);
    this.bytes += payload.length;
  }

  /** All pieces in order; none are left. */
  take(): readonly Uint8Array[] {
    this.#seal();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.bytes = 0;
    return pieces;
  }

  #reserve(count: number): number {
    if (slabAt + count > slab.length) {
      slab = new Uint8Array(slabBytes);
      slabAt = 0;
    }
    if (this.#in !== slab || this.#to !== slabAt) {
      this.#seal();
      this.#in = slab;
      this.#from = slabAt;
    }
    const at = slabAt;
    slabAt += count;
    this.#to = slabAt;
    this.bytes += count;
    return at;
  }

  #seal(): void {
    if (this.#in === undefined) return;
    this.#pieces.push(this.#in.subarray(this.#from, this.#to));
    this.#in = undefined;
  }
}
