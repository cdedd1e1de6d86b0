import { BaseError } from './errors.ts';

/**
 * What owns something implements this. `close()` drains: what was accepted is finished. `destroy(error)`
 * aborts: what waits rejects with the error. Both may be called again, and return the same ending.
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

/** The two ways an owner ends. Each is called at most once; `abort` may be called while `drain` is under way. */
export interface LifetimeHooks {
  drain(): Promise<void> | void;
  /** Default: the same as `drain`. */
  abort?(error: Error): Promise<void> | void;
}

/** The states of an owner's life and the one place that moves between them. Owners hold one and delegate to it. */
export class Lifetime implements Closable {
  readonly #name: string;
  readonly #hooks: LifetimeHooks;
  #closed = false;
  #draining: Promise<void> | undefined;
  #aborting: Promise<void> | undefined;

  /** `name` stands in the error of whoever uses the owner after its end: "the reader is closed". */
  constructor(name: string, hooks: LifetimeHooks) {
    this.#name = name;
    this.#hooks = hooks;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Throws `BASE_CLOSED` once the owner is closed. Called at the door of every operation. */
  check(): void {
    if (this.closed) throw this.closedError();
  }

  closedError(): BaseError {
    return new BaseError('BASE_CLOSED', `The ${this.#name} is closed`);
  }

  close(): Promise<void> {
    this.#closed = true;
    if (this.#aborting) return this.#aborting;
    this.#draining ??= (async () => this.#hooks.drain())();
    return this.#draining;
  }

  destroy(error: Error = this.closedError()): Promise<void> {
    this.#closed = true;
    this.#aborting ??= (async () => {
      const { abort } = this.#hooks;
      if (abort) await abort.call(this.#hooks, error);
      else await (this.#draining ?? this.#hooks.drain());
    })();
    return this.#aborting;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
