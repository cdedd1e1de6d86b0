/** What stands in a heap knows its place there, so that it can be moved and removed from anywhere; −1 while in none. */
export interface Placed {
  place: number;
}

/** A binary heap: `first` is an item that no other is before. All else takes time by the logarithm of its size. */
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

  /** Adds `item`, or moves it to where it belongs now, if it is here already. */
  put(item: T): void {
    if (item.place === -1) this.#rise(item, this.#items.length);
    else this.#settle(item, item.place);
  }

  /** Takes `item` out, if it is here. */
  remove(item: T): void {
    const { place } = item;
    if (place === -1) return;
    item.place = -1;
    const last = this.#items.pop()!;
    if (last !== item) this.#settle(last, place);
  }

  /** Puts `item` where the hole at `place` is, or above or below it. */
  #settle(item: T, place: number): void {
    if (place > 0 && this.#isBefore(item, this.#items[(place - 1) >> 1]!)) this.#rise(item, place);
    else this.#sink(item, place);
  }

  #rise(item: T, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.#isBefore(item, this.#items[above]!)) break;
      this.#set(this.#items[above]!, place);
      place = above;
    }
    this.#set(item, place);
  }

  #sink(item: T, from: number): void {
    const { length } = this.#items;
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= length) break;
      if (below + 1 < length && this.#isBefore(this.#items[below + 1]!, this.#items[below]!)) below++;
      if (!this.#isBefore(this.#items[below]!, item)) break;
      this.#set(this.#items[below]!, place);
      place = below;
    }
    this.#set(item, place);
  }

  #set(item: T, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}
