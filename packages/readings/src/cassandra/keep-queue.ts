import { Fifo } from '@inkwire/base';

/** Work of two phases on what waits together. */
export interface Phases<T, P, R> {
  /** Gives places in the order of waiting; one group after the other. */
  place(items: readonly T[]): Promise<P>;
  /** The result of each item, in their order; two groups at a time. Never rejects. */
  write(items: readonly T[], placed: P): Promise<readonly PromiseSettledResult<R>[]>;
}

interface Waiting<T, R> {
  readonly item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** Few enough not to keep the first one waiting, enough to make the writes for a group cheap for each. */
const maxItems = 32;
const maxWriting = 2;

/** What arrives while a group is written shares the next one, and what it costs to begin and to end it. */
export class KeepQueue<T, P, R> {
  readonly #phases: Phases<T, P, R>;
  readonly #waiting = new Fifo<Waiting<T, R>>();
  readonly #writing = new Set<Promise<void>>();
  #isWorking = false;

  constructor(phases: Phases<T, P, R>) {
    this.#phases = phases;
  }

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isWorking) void this.#work();
    });
  }

  /** Rejects those whose group has not begun. */
  abort(error: Error): void {
    for (const { reject } of this.#waiting.take()) reject(error);
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    while (this.#waiting.length > 0) {
      if (this.#writing.size >= maxWriting) await Promise.race(this.#writing);
      const group: Waiting<T, R>[] = [];
      while (group.length < maxItems && this.#waiting.length > 0) group.push(this.#waiting.shift()!);
      const items = group.map(({ item }) => item);
      try {
        const placed = await this.#phases.place(items);
        const writing = this.#write(group, items, placed).finally(() => this.#writing.delete(writing));
        this.#writing.add(writing);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isWorking = false;
  }

  async #write(group: readonly Waiting<T, R>[], items: readonly T[], placed: P): Promise<void> {
    const results = await this.#phases.write(items, placed);
    for (const [i, { resolve, reject }] of group.entries()) {
      const result = results[i]!;
      if (result.status === 'fulfilled') resolve(result.value);
      else reject(result.reason);
    }
  }
}
