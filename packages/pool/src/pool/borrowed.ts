import { PoolError } from '../errors.ts';
import type { Place, Slot, SlotHolder } from './slot.ts';

/** A connection that is borrowed. That ends once: by `release`, by `destroy`, at the end of an `await using` block, or reclaimed. */
export interface Borrowed<C> extends AsyncDisposable, Disposable {
  /** The connection. Throws `POOL_LEASE_RELEASED` or `POOL_LEASE_RECLAIMED` after the end. Reading it counts as activity. */
  readonly connection: C;
  /** Says that the connection is being used, to a pool that looks for inactive ones. */
  touch(): void;
  /** Gives the connection back. Throws like `connection` when it has ended before. */
  release(): void;
  /** Gives the connection back to be closed rather than used again. Throws like `connection` when it has ended before. */
  destroy(error?: Error): void;
}

/** The same by another name. */
export type Lease<C> = Borrowed<C>;

/** The part of a pool that a borrowed connection calls. */
export interface Lender<C> {
  giveBack(slot: Slot<C>): void;
  destroyBorrowed(slot: Slot<C>, error: Error | undefined): void;
  touch(slot: Slot<C>): void;
  /** The object that the holder is given in place of the connection: see `PoolOptions.lend`. */
  readonly lend: ((connection: C, use: () => void) => C) | undefined;
}

const done = Promise.resolve();

export class BorrowedConnection<C> implements Borrowed<C>, SlotHolder {
  readonly #owner: Lender<C>;
  readonly #slot: Slot<C>;
  readonly taken: Place;
  #isReclaimed = false;
  #lent: C | undefined;

  constructor(owner: Lender<C>, slot: Slot<C>, taken: Place) {
    this.#owner = owner;
    this.#slot = slot;
    this.taken = taken;
  }

  get connection(): C {
    this.touch();
    const connection = this.#slot.connection as C;
    if (this.#owner.lend === undefined) return connection;
    this.#lent ??= this.#owner.lend(connection, () => this.touch());
    return this.#lent;
  }

  touch(): void {
    this.#expectHeld();
    if (this.taken !== undefined) this.#owner.touch(this.#slot);
  }

  release(): void {
    this.#expectHeld();
    this.#owner.giveBack(this.#slot);
  }

  destroy(error?: Error): void {
    this.#expectHeld();
    this.#owner.destroyBorrowed(this.#slot, error);
  }

  reclaim(): void {
    this.#isReclaimed = true;
  }

  [Symbol.dispose](): void {
    if (this.#slot.borrowed === this) this.#owner.giveBack(this.#slot);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    return done;
  }

  #expectHeld(): void {
    if (this.#slot.borrowed === this) return;
    throw this.#isReclaimed
      ? new PoolError('POOL_LEASE_RECLAIMED', 'The pool has taken this connection back')
      : new PoolError('POOL_LEASE_RELEASED', 'This connection was given back before');
  }
}
