/** What can expire. */
export interface Expiring {
  /** When, on the owner's time; 0 for never. */
  expiresAt: number;
  /** Where it stands in the heap; −1 while it is not in one. */
  place: number;
}

/**
 * What expires, the earliest first: a binary heap whose members know their place, so that one whose time changes is moved
 * and never stands in it twice.
 */
export class ExpiryHeap<T extends Expiring> {
  readonly #items: T[] = [];

  get first(): T | undefined {
    return this.#items[0];
  }

  get size(): number {
    return this.#items.length;
  }

  /** Puts `item` where its `expiresAt` belongs, or takes it out when that is 0. */
  place(item: T): void {
    if (item.expiresAt === 0) {
      this.remove(item);
      return;
    }
    if (item.place === -1) {
      item.place = this.#items.length;
      this.#items.push(item);
    }
    this.#settle(item);
  }

  remove(item: T): void {
    if (item.place === -1) return;
    const last = this.#items.pop()!;
    if (last !== item) {
      this.#put(last, item.place);
      this.#settle(last);
    }
    item.place = -1;
  }

  #settle(item: T): void {
    this.#rise(item);
    this.#sink(item);
  }

  #rise(item: T): void {
    let place = item.place;
    while (place > 0) {
      const above = this.#items[(place - 1) >> 1]!;
      if (above.expiresAt <= item.expiresAt) break;
      const next = above.place;
      this.#put(above, place);
      place = next;
    }
    this.#put(item, place);
  }

  #sink(item: T): void {
    let place = item.place;
    for (;;) {
      const left = this.#items[2 * place + 1];
      const right = this.#items[2 * place + 2];
      const below = right && left && right.expiresAt < left.expiresAt ? right : left;
      if (below === undefined || below.expiresAt >= item.expiresAt) break;
      const next = below.place;
      this.#put(below, place);
      place = next;
    }
    this.#put(item, place);
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}
