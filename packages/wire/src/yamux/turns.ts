import { Fifo } from '@inkwire/base';

/** Those that have something to send, in the order of their turns. Each stands in line at most once. */
export class Turns<T> {
  readonly #line = new Fifo<T>();
  /** Those in line; the others that are found there have left it. */
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
    while (this.#line.length > 0) {
      const first = this.#line.shift()!;
      if (this.#waiting.delete(first)) return first;
    }
    return undefined;
  }
}
