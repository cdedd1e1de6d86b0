import type { PendingAnswer } from '../tables.ts';
import type { Transaction } from './transaction.ts';

/**
 * Operations that are committed together.
 *
 *     gathering ──▶ in a transaction ──▶ on the way to the disk ──▶ done
 */
export class Group {
  readonly operations: Operation<unknown>[] = [];
  /** Of values and names, to bound what one transaction holds. */
  bytes = 0;
  done = false;
  readonly settled: Promise<void>;
  #settle = (): void => {};

  constructor() {
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  finish(): void {
    this.done = true;
    this.#settle();
  }
}

/** One operation, and the answer to it. */
export class Operation<T> implements PendingAnswer<T> {
  readonly run: (transaction: Transaction) => T;
  readonly bytes: number;
  /** The dirty slots of what it writes. */
  slots: number | readonly number[] | undefined;
  readonly #group: Group;
  #result: T | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(group: Group, run: (transaction: Transaction) => T, bytes: number) {
    this.#group = group;
    this.run = run;
    this.bytes = bytes;
    this.slots = undefined;
  }

  get done(): boolean {
    return this.#group.done;
  }

  get settled(): Promise<void> {
    return this.#group.settled;
  }

  result(): T {
    if (this.#failure) throw this.#failure.error;
    return this.#result as T;
  }

  /** May be called again, when its transaction was taken back. */
  succeed(result: T): void {
    this.#result = result;
    this.#failure = undefined;
  }

  fail(error: unknown): void {
    this.#failure = { error };
  }

  // biome-ignore lint/suspicious/noThenProperty: an answer that can be awaited
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.settled.then(() => this.result()).then(onFulfilled, onRejected);
  }
}
