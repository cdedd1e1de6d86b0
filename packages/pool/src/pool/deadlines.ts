/** What has a deadline remembers its place in the heap, so that it can leave from anywhere. */
export interface Due {
  readonly deadline: number;
  place: number;
}

/** A binary heap of deadlines, the earliest at its root. */
export class Deadlines<T extends Due> {
  readonly #items: T[] = [];

  get earliest(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    this.#rise(item, this.#items.length);
  }

  remove(item: T): void {
    const last = this.#items.pop()!;
    if (last === item) return;
    const { place } = item;
    const parent = (place - 1) >> 1;
    if (place > 0 && this.#items[parent]!.deadline > last.deadline) this.#rise(last, place);
    else this.#sink(last, place);
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }

  #rise(item: T, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#items[parent]!.deadline <= item.deadline) break;
      this.#put(this.#items[parent]!, place);
      place = parent;
    }
    this.#put(item, place);
  }

  #sink(item: T, from: number): void {
    const items = this.#items;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]!.deadline < items[child]!.deadline) child++;
      if (items[child]!.deadline >= item.deadline) break;
      this.#put(items[child]!, place);
      place = child;
    }
    this.#put(item, place);
  }
}
