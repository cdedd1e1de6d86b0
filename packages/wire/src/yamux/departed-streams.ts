/**
 * Counts the data that the peer may still send on streams that we reset, until the reset reaches it. That data is dropped, but
 * counted, so that a reset does not bypass the window. Only the latest streams count; data of older ones is just dropped.
 */
export class DepartedStreams {
  readonly #left = new Map<number, number>();
  readonly #most: number;

  constructor(most = 256) {
    this.#most = most;
  }

  /** Remembers a stream on which `left` bytes may yet come. */
  add(id: number, left: number): void {
    this.#left.set(id, left);
    if (this.#left.size <= this.#most) return;
    const oldest = this.#left.keys().next().value!;
    this.#left.delete(oldest);
  }

  /** Counts data for a stream that is gone. False when the peer may not send so much. */
  admit(id: number, length: number): boolean {
    const left = this.#left.get(id);
    if (left === undefined) return true;
    this.#left.set(id, left - length);
    return length <= left;
  }

  /** The peer sends no more on it. */
  forget(id: number): void {
    this.#left.delete(id);
  }
}
