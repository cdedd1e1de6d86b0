import type { Timer } from '@inkwire/base';
import { createEventHeap, TimedEvent } from '../sim/timed-event.ts';

/** True time, which no process can see, and what happens in it, one after another, each to rest. */
export class Timeline {
  readonly #heap = createEventHeap();
  #sequence = 0;
  nowMs = 0;
  /** How many events have happened. */
  events = 0;

  after(delayMs: number, callback: () => void): Timer {
    const event = new TimedEvent(this.#heap, this.nowMs + Math.max(0, delayMs), this.#sequence++, callback);
    if (event.atMs < Infinity) this.#heap.put(event);
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
