/** The payloads that wait on one stream for the peer's window and for the stream's turn, each to become one frame. */
export class SendQueue {
  bytes = 0;
  #payloads: Uint8Array[] = [];
  #at = 0;

  get isEmpty(): boolean {
    return this.#at === this.#payloads.length;
  }

  /** The length of the next payload; 0 when there is none. */
  get nextLength(): number {
    return this.#payloads[this.#at]?.length ?? 0;
  }

  add(payload: Uint8Array): void {
    this.#payloads.push(payload);
    this.bytes += payload.length;
  }

  /** Takes the next payload, of which there must be one. */
  take(): Uint8Array {
    const payload = this.#payloads[this.#at]!;
    this.#at += 1;
    this.bytes -= payload.length;
    // What was taken is let go in halves, so that a long queue costs no quadratic shifting.
    if (this.#at * 2 >= this.#payloads.length) {
      this.#payloads = this.#payloads.slice(this.#at);
      this.#at = 0;
    }
    return payload;
  }

  clear(): void {
    this.#payloads = [];
    this.#at = 0;
    this.bytes = 0;
  }
}

/** Who has something to send, in the order of their turns. Nobody stands in line twice. */
export class Turns<T> {
  #line: T[] = [];
  #at = 0;
  /** Who is in line; the others that are found there have left it. */
  readonly #waiting = new Set<T>();

  /** Goes to the end of the line, or keeps its place. */
  enter(one: T): void {
    if (this.#waiting.has(one)) return;
    this.#waiting.add(one);
    this.#line.push(one);
  }

  /** Leaves for good. */
  leave(one: T): void {
    this.#waiting.delete(one);
  }

  /** Takes the first in line. */
  next(): T | undefined {
    while (this.#at < this.#line.length) {
      const first = this.#line[this.#at]!;
      this.#at += 1;
      if (this.#at * 2 >= this.#line.length) {
        this.#line = this.#line.slice(this.#at);
        this.#at = 0;
      }
      if (this.#waiting.delete(first)) return first;
    }
    return undefined;
  }

  clear(): void {
    this.#line = [];
    this.#at = 0;
    this.#waiting.clear();
  }
}
