/** An item of a queue. It carries its own links, so that adding and removing allocate nothing. */
export interface Queued<T extends Queued<T>> {
  queue: Queue<T> | undefined;
  previous: T | undefined;
  next: T | undefined;
}

/** A doubly linked queue: the oldest is `first`, the newest `last`. Any item can be removed at any time. */
export class Queue<T extends Queued<T>> {
  first: T | undefined;
  last: T | undefined;
  size = 0;

  push(item: T): void {
    item.queue = this;
    item.previous = this.last;
    item.next = undefined;
    if (this.last === undefined) this.first = item;
    else this.last.next = item;
    this.last = item;
    this.size++;
  }

  remove(item: T): void {
    if (item.previous === undefined) this.first = item.next;
    else item.previous.next = item.next;
    if (item.next === undefined) this.last = item.previous;
    else item.next.previous = item.previous;
    item.queue = item.previous = item.next = undefined;
    this.size--;
  }

  /** Oldest first, those that stand here now; any may leave while the others are visited, and is then left out. */
  *[Symbol.iterator](): Iterator<T> {
    const items: T[] = [];
    for (let item = this.first; item !== undefined; item = item.next) items.push(item);
    for (const item of items) if (item.queue === this) yield item;
  }
}
