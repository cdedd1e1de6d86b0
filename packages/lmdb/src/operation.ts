/**
 * Operations that are committed together.
 *
 *     gathering ──▶ in a transaction ──▶ on the way to the disk ──▶ done
 */
export class Group<Transaction, Mark> {
  readonly operations: Operation<unknown, Transaction, Mark>[] = [];
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

/**
 * One operation, and the answer to it. All operations of a group share one promise, so that a hundred thousand of them a
 * second do not cost a promise each. `await` works on it too.
 */
export class Operation<T, Transaction = unknown, Mark = unknown> implements PromiseLike<T> {
  readonly run: (transaction: Transaction) => T;
  readonly bytes: number;
  readonly mark: Mark | undefined;
  readonly #group: Group<Transaction, Mark>;
  #result: T | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @internal */
  constructor(
    group: Group<Transaction, Mark>,
    run: (transaction: Transaction) => T,
    bytes: number,
    mark: Mark | undefined,
  ) {
    this.#group = group;
    this.run = run;
    this.bytes = bytes;
    this.mark = mark;
  }

  /** Whether `result` may be called. */
  get done(): boolean {
    return this.#group.done;
  }

  /** Resolves when `done`; never rejects. */
  get settled(): Promise<void> {
    return this.#group.settled;
  }

  /** Returns what `run` returned. Throws what the operation failed with. */
  result(): T {
    if (this.#failure) throw this.#failure.error;
    return this.#result as T;
  }

  /** Called again when its transaction was taken back and tried once more. */
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
