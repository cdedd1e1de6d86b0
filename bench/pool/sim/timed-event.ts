import { Heap, type Placed, type Timer } from '@inkwire/base';

/** Something that will happen at `atMs`. */
export class TimedEvent implements Timer, Placed {
  readonly atMs: number;
  /** Breaks ties: what was set first happens first. */
  readonly sequence: number;
  readonly callback: () => void;
  place = -1;
  readonly #heap: Heap<TimedEvent>;

  constructor(heap: Heap<TimedEvent>, atMs: number, sequence: number, callback: () => void) {
    this.#heap = heap;
    this.atMs = atMs;
    this.sequence = sequence;
    this.callback = callback;
  }

  cancel(): void {
    this.#heap.remove(this);
  }

  [Symbol.dispose](): void {
    this.#heap.remove(this);
  }
}

/** Creates the heap of events to come, the earliest first. */
export function createEventHeap(): Heap<TimedEvent> {
  return new Heap((a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence));
}
