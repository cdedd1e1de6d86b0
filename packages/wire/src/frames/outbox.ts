import { gzip } from '#gzip';
import { frameHeaderBytes, sharedWriter } from './frame-writer.ts';

/** Encoded messages longer than this are compressed (PROTOCOL.md). */
export const compressAbove = 1436;

/** What a connection will send at the end of the turn: whole frames, in order, few pieces. */
export class Outbox {
  /** Bytes that wait to be taken. */
  bytes = 0;
  /** The slab that the last piece lies in, and where in it: pieces that touch become one. */
  #slab: Uint8Array | undefined;
  #from = 0;
  #to = 0;
  #pieces: Uint8Array[] = [];
  /** The longest frame, with its header, that can be added. */
  readonly maxPieceBytes: number;

  /**
   * `maxPieceBytes`: pieces are cut between frames to stay within it (a channel's `maxWriteBytes`, what a peer takes).
   */
  constructor(maxPieceBytes: number) {
    this.maxPieceBytes = maxPieceBytes;
  }

  /**
   * Ends the frame that `sharedWriter` has under way, compressing it when it is long, and adds it. Returns false and
   * adds nothing when the frame is longer than the channel takes at once.
   */
  add(): boolean {
    const compressed = sharedWriter.payloadBytes > compressAbove;
    if (compressed) this.#compress();
    if (sharedWriter.payloadBytes + frameHeaderBytes > this.maxPieceBytes) {
      sharedWriter.abandon();
      return false;
    }
    const from = sharedWriter.finish(compressed);
    this.#append(sharedWriter.bytes, from, sharedWriter.at);
    return true;
  }

  #compress(): void {
    sharedWriter.replacePayload(gzip(sharedWriter.payload, this.maxPieceBytes - frameHeaderBytes));
  }

  /** Adds frames that were encoded before, and may be shared with others. Returns false as `add` does. */
  addEncoded(frames: Uint8Array): boolean {
    if (frames.length > this.maxPieceBytes) return false;
    this.#append(frames, 0, frames.length);
    return true;
  }

  #append(slab: Uint8Array, from: number, to: number): void {
    this.bytes += to - from;
    if (slab === this.#slab && from === this.#to && to - this.#from <= this.maxPieceBytes) {
      this.#to = to;
      return;
    }
    this.#seal();
    this.#slab = slab;
    this.#from = from;
    this.#to = to;
  }

  #seal(): void {
    if (this.#slab === undefined) return;
    this.#pieces.push(this.#slab.subarray(this.#from, this.#to));
    this.#slab = undefined;
  }

  /** All pieces, each of whole frames; the outbox is empty afterwards. */
  take(): readonly Uint8Array[] {
    this.#seal();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.bytes = 0;
    return pieces;
  }
}
