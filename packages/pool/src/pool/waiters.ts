import { Deadlines } from './deadlines.ts';
import { Queue } from './queue.ts';
import type { Waiter } from './waiter.ts';

/** Those who wait, in the order of their coming and in that of their deadlines. */
export class Waiters<C> {
  readonly #queue = new Queue<Waiter<C>>();
  readonly #deadlines = new Deadlines<Waiter<C>>();

  get size(): number {
    return this.#queue.size;
  }

  get first(): Waiter<C> | undefined {
    return this.#queue.first;
  }

  /** When the next of them will have waited too long; Infinity when nobody waits. */
  get deadline(): number {
    return this.#deadlines.earliest?.deadline ?? Infinity;
  }

  add(waiter: Waiter<C>): void {
    this.#queue.push(waiter);
    this.#deadlines.add(waiter);
  }

  /** Whoever leaves is answered by the caller, once. */
  remove(waiter: Waiter<C>): void {
    this.#queue.remove(waiter);
    this.#deadlines.remove(waiter);
  }

  /** Takes out one whose deadline has passed. */
  takeLate(now: number): Waiter<C> | undefined {
    const earliest = this.#deadlines.earliest;
    if (earliest === undefined || earliest.deadline > now) return undefined;
    this.remove(earliest);
    return earliest;
  }

  /** Takes everyone out. */
  takeAll(): Waiter<C>[] {
    const all = [...this.#queue];
    for (const waiter of all) this.remove(waiter);
    return all;
  }
}
