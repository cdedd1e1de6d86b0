import type { PendingAnswer } from '../tables/tables.ts';

/** A promise as a pending answer. */
export class Promised<T> implements PendingAnswer<T> {
  done = false;
  readonly settled: Promise<void>;
  readonly #promise: Promise<T>;
  #result: T | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(promise: Promise<T>) {
    this.#promise = promise;
    this.settled = promise.then(
      (result) => {
        this.#result = result;
        this.done = true;
      },
      (error: unknown) => {
        this.#failure = { error };
        this.done = true;
      },
    );
  }

  result(): T {
    if (this.#failure) throw this.#failure.error;
    return this.#result as T;
  }

  // biome-ignore lint/suspicious/noThenProperty: an answer that can be awaited
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise.then(onFulfilled, onRejected);
  }
}
