import { WireError } from './errors.ts';

/*
 * Cuts a flow of bytes, fed in chunks of any size, into frames.
 *
 *     ┌────────────── u32 big-endian ──────────────┬──────────────┐
 *     │ bit 31: gzip │ bits 0–30: payload's length │ payload …    │
 *     └──────────────┴─────────────────────────────┴──────────────┘
 *
 * Invariants: a length is compared with the limit before memory is taken for it. A payload that lies whole in one chunk
 * is not copied; one that does not is gathered in a buffer that grows with what has arrived, never with what was promised.
 * A few bytes that wait do not keep a large chunk alive. Memory that was handed out is never written again.
 */

const headerBytes = 4;
const leastGathered = 1024;
/** A chunk this many times as long as what waits in it is left for a small buffer. */
const wastefully = 8;
const empty = new Uint8Array(0);

/** A decoder of one direction of one stream. Feed it with `push`, then take frames until `next` answers false. */
export class FrameDecoder {
  /** Where the frame that `next` found lies: `bytes[start … end)`. Valid until the next call of `push`. */
  bytes: Uint8Array = empty;
  start = 0;
  end = 0;
  /** Whether that frame's payload is gzip. */
  compressed = false;
  readonly #maxFrameBytes: number;
  /** What has arrived and was not taken: `#chunk[#at … #limit)`. */
  #chunk: Uint8Array = empty;
  #at = 0;
  #limit = 0;
  /** Whether `#chunk` is our own, so that it can be appended to. */
  #gathered = false;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Bytes that belong to a frame which is not whole yet, or was not taken. */
  get waiting(): number {
    return this.#limit - this.#at;
  }

  /** Takes the next bytes, which must not change from then on. */
  push(bytes: Uint8Array): void {
    if (this.#at === this.#limit) {
      this.#chunk = bytes;
      this.#at = 0;
      this.#limit = bytes.length;
      this.#gathered = false;
    } else {
      this.#append(bytes);
    }
  }

  /** Finds the next frame. Throws `WIRE_FRAME_TOO_LARGE`, after which the decoder is of no use. */
  next(): boolean {
    const chunk = this.#chunk;
    const at = this.#at;
    if (this.#limit - at < headerBytes) return this.#wait();
    const first = chunk[at]!;
    const length = ((first & 0x7f) << 24) | (chunk[at + 1]! << 16) | (chunk[at + 2]! << 8) | chunk[at + 3]!;
    if (length > this.#maxFrameBytes) throw tooLarge(length, this.#maxFrameBytes);
    const end = at + headerBytes + length;
    if (end > this.#limit) return this.#wait();
    this.bytes = chunk;
    this.start = at + headerBytes;
    this.end = end;
    this.compressed = first > 0x7f;
    this.#at = end;
    return true;
  }

  /** Memory that is kept for what waits. */
  get heldBytes(): number {
    return this.#chunk.buffer.byteLength;
  }

  /** No frame is whole. */
  #wait(): false {
    const waiting = this.#limit - this.#at;
    if (waiting === 0) {
      this.#chunk = empty;
      this.#at = this.#limit = 0;
    } else if (this.#chunk.length > leastGathered + wastefully * waiting) this.#move(leastGathered + waiting);
    return false;
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#limit - this.#at + bytes.length;
    if (!this.#gathered || this.#limit + bytes.length > this.#chunk.length)
      this.#move(Math.max(leastGathered, this.#gathered ? 2 * needed : needed));
    this.#chunk.set(bytes, this.#limit);
    this.#limit += bytes.length;
  }

  /** Moves what waits to other memory: frames that were handed out may still lie in the old one. */
  #move(roomBytes: number): void {
    const room = new Uint8Array(roomBytes);
    room.set(this.#chunk.subarray(this.#at, this.#limit));
    this.#limit -= this.#at;
    this.#at = 0;
    this.#chunk = room;
    this.#gathered = true;
  }
}

const tooLarge = (length: number, limit: number) =>
  new WireError('WIRE_FRAME_TOO_LARGE', `A frame of ${length} bytes is above the limit of ${limit}`);
