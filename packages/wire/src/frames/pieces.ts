/**
 * Bytes on their way to a connection, in order and in few pieces: ranges of one slab that touch become one piece.
 * Invariant: what was appended is never written again.
 */
export class Pieces {
  /** Bytes that wait to be taken. */
  bytes = 0;
  readonly #maxPieceBytes: number;
  #pieces: Uint8Array[] = [];
  /** The slab that the last piece lies in, and where in it. */
  #slab: Uint8Array | undefined;
  #from = 0;
  #to = 0;

  /** `maxPieceBytes`: ranges are not joined beyond it. */
  constructor(maxPieceBytes = Number.POSITIVE_INFINITY) {
    this.#maxPieceBytes = maxPieceBytes;
  }

  append(slab: Uint8Array, from: number, to: number): void {
    this.bytes += to - from;
    if (slab === this.#slab && from === this.#to && to - this.#from <= this.#maxPieceBytes) {
      this.#to = to;
      return;
    }
    this.#seal();
    this.#slab = slab;
    this.#from = from;
    this.#to = to;
  }

  /** All pieces; none are left. */
  take(): readonly Uint8Array[] {
    this.#seal();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.bytes = 0;
    return pieces;
  }

  #seal(): void {
    if (this.#slab === undefined) return;
    this.#pieces.push(this.#slab.subarray(this.#from, this.#to));
    this.#slab = undefined;
  }
}
