import { Pieces } from '../frames/pieces.ts';
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
  readonly #pieces = new Pieces();

  /** Bytes that wait to be taken. */
  get bytes(): number {
    return this.#pieces.bytes;
  }

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
    this.#pieces.append(payload, 0, payload.length);
  }

  /** All pieces in order; none are left. */
  take(): readonly Uint8Array[] {
    return this.#pieces.take();
  }

  #reserve(count: number): number {
    if (slabAt + count > slab.length) {
      slab = new Uint8Array(slabBytes);
      slabAt = 0;
    }
    const at = slabAt;
    slabAt += count;
    this.#pieces.append(slab, at, slabAt);
    return at;
  }
}
