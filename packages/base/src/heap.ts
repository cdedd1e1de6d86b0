/** An item of a heap. It knows its place, so that it can be moved or removed; −1 while it is in no heap. */
export interface Placed {
  place: number;
}

/** A binary heap. `first` is an item that no other item is before. Other operations take O(log n). */
export class Heap<T extends Placed> {
  readonly #items: T[] = [];
  readonly #isBefore: (a: T, b: T) => boolean;

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  /** Adds `item`. An item that is here already is moved to its new place. */
  put(item: T): void {
    if (item.place === -1) this.#rise(item, this.#items.length);
    else this.#settle(item, item.place);
  }

  /** Removes `item`, if it is here. */
  remove(item: T): void {
    const { place } = item;
    if (place === -1) return;
    item.place = -1;
    const last = this.#items.pop()!;
    if (last !== item) this.#settle(last, place);
  }

  /** Puts `item` into the free place, or above or below it. */
  #settle(item: T, place: number): void {
    if (place > 0 && this.#isBefore(item, this.#items[(place - 1) >> 1]!)) this.#rise(item, place);
    else this.#sink(item, place);
  }

  #rise(item: T, from: number): void {
    const items = this.#items;
    const isBefore = this.#isBefore;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(item, items[above]!)) break;
      set(items, items[above]!, place);
      place = above;
    }
    set(items, item, place);
  }

  #sink(item: T, from: number): void {
    const items = this.#items;
    const isBefore = this.#isBefore;
    const { length } = items;
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= length) break;
      if (below + 1 < length && isBefore(items[below + 1]!, items[below]!)) below++;
      if (!isBefore(items[below]!, item)) break;
      set(items, items[below]!, place);
      place = below;
    }
    set(items, item, place);
  }
}

function set<T extends Placed>(items: T[], item: T, place: number): void {
  items[place] = item;
  item.place = place;
}
