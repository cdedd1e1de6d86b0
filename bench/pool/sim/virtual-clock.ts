/**
 * Time that passes only when everything is at rest.
 *
 * Events wait in a heap. `run` takes the earliest, sets the time to its moment, calls it, and then lets every promise
 * that it settled run to rest before the next: Node runs a `process.nextTick` that was asked for in a microtask only
 * once no microtask is left. So code that waits on promises needs no change to be simulated, and takes no time in it.
 */
import type { Clock, Timer } from '@inkwire/base';
import { createEventHeap, TimedEvent } from './timed-event.ts';

/** So often the run also lets the process breathe: signals, and timers of others. */
const eventsPerBreath = 65_536;

/** A clock that starts at 0 ms and goes from event to event. */
export class VirtualClock implements Clock {
  readonly #heap = createEventHeap();
  #elapsedMs = 0;
  #sequence = 0;
  #events = 0;

  now(): number {
    return this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  /** How many events have happened. */
  get events(): number {
    return this.#events;
  }

  after(delayMs: number, callback: () => void): Timer {
    const atMs = this.#elapsedMs + Math.max(0, delayMs);
    const timer = new TimedEvent(this.#heap, atMs, this.#sequence++, callback);
    if (atMs < Number.POSITIVE_INFINITY) this.#heap.put(timer);
    return timer;
  }

  /** Runs every event up to and including `untilMs`, each to rest, and leaves the time there. */
  async run(untilMs: number): Promise<void> {
    await atRest();
    for (let event = this.#heap.first; event && event.atMs <= untilMs; event = this.#heap.first) {
      this.#heap.remove(event);
      this.#elapsedMs = event.atMs;
      event.callback();
      await (++this.#events % eventsPerBreath === 0 ? breath() : atRest());
    }
    this.#elapsedMs = untilMs;
  }
}

function atRest(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
