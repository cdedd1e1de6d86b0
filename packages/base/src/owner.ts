import { BaseError } from './errors.ts';

/**
 * An object that owns something: a file, a connection, a timer. `close()` finishes what was accepted. `destroy(error)`
 * aborts it: what waits rejects with the error. Both may be called again, and then return the same promise.
 *
 *     open ──close()──▶ closing ──drained──▶ closed
 *       └──destroy()──▶ ────────────────────▶ closed
 */
export interface Closable extends AsyncDisposable {
  close(): Promise<void>;
  destroy(error?: Error): Promise<void>;
  /** True from the moment that either was called. */
  readonly closed: boolean;
}

/**
 * The base class of owners. It keeps the state and is the only place that changes it. A subclass defines `drain` and, if
 * an abort differs, `abort`; the base class calls neither from its constructor.
 */
export abstract class Owner implements Closable {
  readonly #what: string;
  #closed = false;
  #draining: Promise<void> | undefined;
  #aborting: Promise<void> | undefined;

  /** `what` names the owner in the error of a use after its end: "The reader is closed". */
  constructor(what: string) {
    this.#what = what;
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): Promise<void> {
    this.#closed = true;
    if (this.#aborting) return this.#aborting;
    if (this.#draining) return this.#draining;
    const { promise, settle } = ending();
    this.#draining = promise;
    settle(async () => this.drain());
    return promise;
  }

  destroy(error: Error = this.closedError()): Promise<void> {
    this.#closed = true;
    if (this.#aborting) return this.#aborting;
    const { promise, settle } = ending();
    this.#aborting = promise;
    settle(async () => this.abort(error));
    return promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Finishes what was accepted and frees what is owned. Called at most once. */
  protected abstract drain(): Promise<void> | void;

  /** Ends at once; what waits rejects with `error`. Called at most once, perhaps while `drain` runs. Default: `drain`. */
  protected abort(_error: Error): Promise<void> | void {
    return this.#draining ?? this.drain();
  }

  /** Throws `BASE_CLOSED` once the owner is closed. Every operation begins with it. */
  protected expectOpen(): void {
    if (this.#closed) throw this.closedError();
  }

  /** The error of a use after the end, and the default reason of `destroy`. */
  protected closedError(): BaseError {
    return new BaseError('BASE_CLOSED', `The ${this.#what} is closed`);
  }
}

/** A promise that is there before what it waits for begins: an end may then close its owner again, and ends once. */
function ending(): { readonly promise: Promise<void>; settle(end: () => Promise<void>): void } {
  let resolve = (_ended: Promise<void>): void => {};
  const promise = new Promise<void>((settled) => {
    resolve = settled;
  });
  return { promise, settle: (end) => resolve(end()) };
}
