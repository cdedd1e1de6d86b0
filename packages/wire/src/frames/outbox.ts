import { gzip } from '#gzip';
import { frameHeaderBytes, sharedWriter } from './frame-writer.ts';
import { Pieces } from './pieces.ts';

/** Encoded messages longer than this are compressed (docs/protocol.md). */
export const compressAbove = 1436;

/** The bytes that a connection sends at the end of the turn: whole frames, in order, in few pieces. */
export class Outbox {
  /** The longest frame, with its header, that can be added. */
  readonly maxPieceBytes: number;
  readonly #pieces: Pieces;

  /** `maxPieceBytes`: pieces are cut between frames to stay within it (a channel's `maxWriteBytes`, what a peer takes). */
  constructor(maxPieceBytes: number) {
    this.maxPieceBytes = maxPieceBytes;
    this.#pieces = new Pieces(maxPieceBytes);
  }

  /** Bytes that wait to be taken. */
  get bytes(): number {
    return this.#pieces.bytes;
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
    this.#pieces.append(sharedWriter.bytes, from, sharedWriter.at);
    return true;
  }

  #compress(): void {
    sharedWriter.replacePayload(gzip(sharedWriter.payload, this.maxPieceBytes - frameHeaderBytes));
  }

  /** Adds frames that were encoded before, and may be shared with others. Returns false as `add` does. */
  addEncoded(frames: Uint8Array): boolean {
    if (frames.length > this.maxPieceBytes) return false;
    this.#pieces.append(frames, 0, frames.length);
    return true;
  }

  /** All pieces, each of whole frames; the outbox is empty afterwards. */
  take(): readonly Uint8Array[] {
    return this.#pieces.take();
  }
}
