import { WireError } from '../errors.ts';
import type { Allowance } from './allowance.ts';

/*
 * Cuts a flow of bytes, fed in chunks of any size, into frames.
 *
 *     ┌────────────── u32 big-endian ──────────────┬──────────────┐
 *     │ bit 31: gzip │ bits 0–30: payload's length │ payload …    │
 *     └──────────────┴─────────────────────────────┴──────────────┘
 *
 * Invariants: a length is compared with the limit before memory is taken for it. A payload that lies whole in one chunk
 * is not copied; one that does not is gathered in a buffer that grows with what has arrived, never past what was
 * promised. A few bytes that wait do not keep a large chunk alive. Memory that was handed out is never written again.
 * Bytes that wait are counted on the peer's allowance, a buffer before it is made.
 */

const headerBytes = 4;
const leastGathered = 1024;
/** A chunk this many times as long as what waits in it is left for a small buffer. */
const wastefully = 8;
const empty = new Uint8Array(0);

/** A decoder of one direction of one stream. Feed it with `push`, then take frames until `next` returns false. */
export class FrameDecoder {
  /** The place of the frame that `next` found: `bytes[start … end)`. Valid until the next call. */
  bytes: Uint8Array = empty;
  start = 0;
  end = 0;
  /** Whether that frame's payload is gzip. */
  compressed = false;
  readonly #allowance: Allowance;
  /** The bytes that have arrived and were not taken: `#chunk[#at … #limit)`. */
  #chunk: Uint8Array = empty;
  #at = 0;
  #limit = 0;
  /** Whether `#chunk` is our own, so that it can be appended to. */
  #gathered = false;
  /** The frame that is not whole, with its header, when that has come; else 0. */
  #promised = 0;
  /** Bytes of what waits as they are counted on the allowance. */
  #counted = 0;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  /** Bytes that belong to a frame which is not whole yet, or was not taken. */
  get waiting(): number {
    return this.#limit - this.#at;
  }

  /**
   * Takes the next bytes, which must not change from then on. Throws `WIRE_HELD_TOO_LARGE`; then the decoder is of no
   * use.
   */
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

  /** Finds the next frame. Throws `WIRE_FRAME_TOO_LARGE` as `push` throws, after which the decoder is of no use. */
  next(): boolean {
    const chunk = this.#chunk;
    const at = this.#at;
    if (this.#limit - at < headerBytes) return this.#wait(0);
    const first = chunk[at]!;
    const length = ((first & 0x7f) << 24) | (chunk[at + 1]! << 16) | (chunk[at + 2]! << 8) | chunk[at + 3]!;
    const { maxFrameBytes } = this.#allowance;
    if (length > maxFrameBytes) throw tooLarge(length, maxFrameBytes);
    const end = at + headerBytes + length;
    if (end > this.#limit) return this.#wait(headerBytes + length);
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

  /** No frame is taken for the time being: counts what waits, and lets go of memory that is much more than that. */
  settle(): void {
    // Or the last frame's memory would live as long as the stream is idle.
    this.bytes = empty;
    const waiting = this.#limit - this.#at;
    if (waiting === 0) this.#clear();
    else if (this.heldBytes > leastGathered + wastefully * waiting) this.#move(leastGathered + waiting);
    else this.#count(this.heldBytes);
  }

  /** Drops what waits. */
  clear(): void {
    this.#promised = 0;
    this.#clear();
  }

  /** No frame is whole; `promised`: how long the one is whose header has come. */
  #wait(promised: number): false {
    this.#promised = promised;
    this.settle();
    return false;
  }

  #clear(): void {
    this.#chunk = empty;
    this.#at = this.#limit = 0;
    this.#gathered = false;
    this.#count(0);
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#limit - this.#at + bytes.length;
    if (!this.#gathered || this.#limit + bytes.length > this.#chunk.length) this.#move(this.#roomFor(needed));
    this.#chunk.set(bytes, this.#limit);
    this.#limit += bytes.length;
  }

  /** Twice what is needed, so that a frame in many pieces is not moved at each, but no more than the frame will be. */
  #roomFor(needed: number): number {
    const grown = this.#gathered ? Math.max(needed, Math.min(2 * needed, this.#promised)) : needed;
    return Math.max(leastGathered, grown);
  }

  /** Moves what waits to other memory: frames that were handed out may still lie in the old one. */
  #move(roomBytes: number): void {
    this.#count(roomBytes);
    const room = new Uint8Array(roomBytes);
    room.set(this.#chunk.subarray(this.#at, this.#limit));
    this.#limit -= this.#at;
    this.#at = 0;
    this.#chunk = room;
    this.#gathered = true;
  }

  #count(bytes: number): void {
    const more = bytes - this.#counted;
    if (more === 0) return;
    if (more > 0) this.#allowance.hold(more);
    else this.#allowance.release(-more);
    this.#counted = bytes;
  }
}

const tooLarge = (length: number, limit: number) =>
  new WireError('WIRE_FRAME_TOO_LARGE', `A frame of ${length} bytes is above the limit of ${limit}`);
