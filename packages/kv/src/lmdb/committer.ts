import type { Clock, Timer } from '@inkwire/base';
import type { RootDatabase } from 'lmdb';
import type { Durability } from './store.ts';

/** How transactions become lasting. */
export interface Committer {
  /** Runs `change` in a transaction and commits it. Throws or rejects, with nothing changed, when that fails. */
  commit(change: () => void): Promise<void> | void;
  /** Resolves when everything committed is on the disk. */
  flush(): Promise<void>;
}

/** Creates the committer that a durability asks for. */
export function createCommitter(root: RootDatabase, durability: Durability, clock: Clock): Committer {
  return durability === 'sync' ? new FlushingCommitter(root) : new RelaxedCommitter(root, clock);
}

/**
 * Every commit is on the disk when it is done: pages, fdatasync, meta page. It is done by a thread of lmdb-js, while this
 * one goes on serving and gathers the next.
 */
class FlushingCommitter implements Committer {
  readonly #root: RootDatabase;

  constructor(root: RootDatabase) {
    this.#root = root;
  }

  async commit(change: () => void): Promise<void> {
    // A child transaction, because the outer one of lmdb-js commits even when its callback throws.
    await this.#root.childTransaction(change);
  }

  async flush(): Promise<void> {}
}

type Flushable = RootDatabase & { sync(done: (error?: Error) => void): void };

const flushEveryMs = 200;

/**
 * A commit is done when the system has the pages, and is done here and now: handing it to a thread would cost more than
 * the writes do. Flushes follow in a thread, one at a time, with a pause between.
 *
 * Not lmdb-js's overlapping sync, though it was made for this: its commit, too, is only reported after the flush (seen with
 * strace, lmdb 3.5.6), and its next commit waits for that flush when there are many pages.
 */
class RelaxedCommitter implements Committer {
  readonly #root: Flushable;
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #flushing: Promise<void> | undefined;
  #isDirty = false;

  constructor(root: RootDatabase, clock: Clock) {
    // `sync` is lmdb-js's, but missing from its types.
    this.#root = root as Flushable;
    this.#clock = clock;
  }

  commit(change: () => void): void {
    this.#root.transactionSync(change);
    this.#isDirty = true;
    if (this.#flushing === undefined) this.#later();
  }

  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#isDirty || this.#flushing) await (this.#flushing ?? this.#flushNow());
  }

  #later(): void {
    this.#timer ??= this.#clock.after(
      flushEveryMs,
      () => {
        this.#timer = undefined;
        void this.#flushNow();
      },
      { unref: true },
    );
  }

  /** A flush that fails is tried again with the next commit: what it was to keep is in the system's hands meanwhile. */
  #flushNow(): Promise<void> {
    this.#isDirty = false;
    this.#flushing = new Promise<void>((resolve) => this.#root.sync(() => resolve())).then(() => {
      this.#flushing = undefined;
      if (this.#isDirty) this.#later();
    });
    return this.#flushing;
  }
}
