import type { Allowance } from '../frames/allowance.ts';
import { initialWindowBytes } from './header.ts';

/*
 * The bytes that a peer may send on one stream, and those of them that wait for a handler that is paused.
 *
 *     ┌──────────── windowBytes ─────────────┐
 *     │ left │ held │ consumed, not returned │
 *     └──────┴──────┴────────────────────────┘
 *
 * Invariants: the three never add up to more than `windowBytes`, and what all streams hold is counted on the connection's
 * allowance. A consumer counts there what it keeps of the bytes; otherwise a window would be returned for nothing. Held
 * bytes are copied together: a view of one byte would keep its whole chunk in memory, and a window would be no bound.
 */

const leastBlockBytes = 1024;
const mostBlockBytes = 64 * 1024;

export class ReceiveWindow {
  /** Bytes that the peer may send yet. */
  left = initialWindowBytes;
  /** Bytes that wait for the handler. */
  held = 0;
  readonly #windowBytes: number;
  readonly #allowance: Allowance;
  /** Bytes to return with the next update. */
  #owed: number;
  #blocks: Uint8Array[] = [];
  /** Bytes used of the last block. */
  #used = 0;

  /** `windowBytes` ≥ 256 KiB; what is above is granted with the first update. */
  constructor(windowBytes: number, allowance: Allowance) {
    this.#windowBytes = windowBytes;
    this.#allowance = allowance;
    this.#owed = windowBytes - initialWindowBytes;
  }

  /** Counts a payload that was announced. False when the peer may not send so much. */
  admit(length: number): boolean {
    if (length > this.left) return false;
    this.left -= length;
    return true;
  }

  /** Keeps bytes until `release`. Throws `WIRE_HELD_TOO_LARGE`. */
  hold(bytes: Uint8Array): void {
    this.#allowance.hold(bytes.length);
    this.held += bytes.length;
    const last = this.#blocks.at(-1);
    const fits = last === undefined ? 0 : Math.min(bytes.length, last.length - this.#used);
    if (fits > 0) {
      last!.set(bytes.subarray(0, fits), this.#used);
      this.#used += fits;
    }
    const rest = bytes.length - fits;
    if (rest === 0) return;
    const grown = Math.min(mostBlockBytes, Math.max(leastBlockBytes, 2 * (last?.length ?? 0)));
    const block = new Uint8Array(Math.max(rest, grown));
    block.set(bytes.subarray(fits));
    this.#blocks.push(block);
    this.#used = rest;
  }

  /** The oldest of what was held, which is the caller's from now on; undefined when nothing is. */
  release(): Uint8Array | undefined {
    const block = this.#blocks.shift();
    if (block === undefined) return undefined;
    const bytes = this.#blocks.length === 0 ? block.subarray(0, this.#used) : block;
    this.held -= bytes.length;
    this.#allowance.release(bytes.length);
    return bytes;
  }

  /** Drops what is held. */
  clear(): void {
    this.#blocks = [];
    this.#allowance.release(this.held);
    this.held = 0;
  }

  /** Counts bytes that the handler has taken. True when half of the window or more is to be returned to the peer. */
  consume(length: number): boolean {
    this.#owed += length;
    return this.isDue;
  }

  /** Whether an update is worth its frame. */
  get isDue(): boolean {
    return this.#owed >= this.#windowBytes / 2;
  }

  /** The bytes that the update returns to the peer, from now on counted as the peer's. */
  takeOwed(): number {
    const owed = this.#owed;
    this.left += owed;
    this.#owed = 0;
    return owed;
  }
}
