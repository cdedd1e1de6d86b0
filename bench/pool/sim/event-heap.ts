/** Something that will happen at `atMs`. `position` is its place in the heap, −1 when it is in none. */
export interface TimedEvent {
  readonly atMs: number;
  /** Breaks ties: what was set first happens first. */
  readonly sequence: number;
  position: number;
}

function isBefore(a: TimedEvent, b: TimedEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}

/** A binary heap, earliest first, from which any event can be removed: pools set many timers that they cancel. */
export class EventHeap<E extends TimedEvent> {
  readonly #events: E[] = [];

  get size(): number {
    return this.#events.length;
  }

  get first(): E | undefined {
    return this.#events[0];
  }

  push(event: E): void {
    this.#events.push(event);
    this.#rise(event, this.#events.length - 1);
  }

  remove(event: E): void {
    const hole = event.position;
    if (hole < 0) return;
    event.position = -1;
    const last = this.#events.pop()!;
    if (last === event) return;
    this.#rise(last, hole);
    if (last.position === hole) this.#sink(last, hole);
  }

  #rise(event: E, from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(event, this.#events[above]!)) break;
      this.#put(this.#events[above]!, at);
      at = above;
    }
    this.#put(event, at);
  }

  #sink(event: E, from: number): void {
    const { length } = this.#events;
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && isBefore(this.#events[below + 1]!, this.#events[below]!)) below++;
      if (!isBefore(this.#events[below]!, event)) break;
      this.#put(this.#events[below]!, at);
      at = below;
    }
    this.#put(event, at);
  }

  #put(event: E, position: number): void {
    this.#events[position] = event;
    event.position = position;
  }
}
