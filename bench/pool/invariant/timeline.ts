import type { Timer } from '@inkwire/base';
import { EventHeap, type TimedEvent } from '../sim/event-heap.ts';

class Planned implements TimedEvent, Timer {
  readonly atMs: number;
  readonly sequence: number;
  readonly callback: () => void;
  position = -1;
  readonly #heap: EventHeap<Planned>;

  constructor(heap: EventHeap<Planned>, atMs: number, sequence: number, callback: () => void) {
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

/** True time, which no process can see, and what happens in it, one after another, each to rest. */
export class Timeline {
  readonly #heap = new EventHeap<Planned>();
  #sequence = 0;
  nowMs = 0;
  /** How many events have happened. */
  events = 0;

  after(delayMs: number, callback: () => void): Timer {
    const event = new Planned(this.#heap, this.nowMs + Math.max(0, delayMs), this.#sequence++, callback);
    if (event.atMs < Infinity) this.#heap.push(event);
    return event;
  }

  /** Runs until `untilMs`, or until `isOver`. */
  async run(untilMs: number, isOver: () => boolean): Promise<void> {
    for (
      let event = this.#heap.first;
      event && event.atMs <= untilMs && !isOver();
      event = this.#heap.first
    ) {
      this.#heap.remove(event);
      this.nowMs = event.atMs;
      this.events++;
      event.callback();
      // Node runs this once no microtask is left.
      await new Promise<void>((resolve) => process.nextTick(resolve));
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }
}
