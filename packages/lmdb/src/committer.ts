import { Alarm, type Clock } from '@inkwire/base';
import type { RootDatabase } from 'lmdb';
import type { Checkpoints } from './checkpoints.ts';
import { type FreeSpace, noRoom } from './free-space.ts';

/** The way in which transactions become durable. */
export interface Committer {
  /**
   * Runs `change`, of so many operations with so many bytes, in a transaction and commits it. Throws or rejects, with nothing
   * changed, when that fails or there is no room.
   */
  commit(change: () => void, bytes: number, operations: number): Promise<void> | void;
  /** Resolves when everything committed is on the disk, as far as the disk takes it. */
  flush(): Promise<void>;
}

/** Creates the committer of tables with checkpoints, `relaxed`, or without, `sync`. */
export function createCommitter(
  root: RootDatabase,
  checkpoints: Checkpoints | undefined,
  space: FreeSpace,
  clock: Clock,
): Committer {
  return checkpoints === undefined
    ? new FlushingCommitter(root, space)
    : new RelaxedCommitter(root, checkpoints, space, clock);
}

/**
 * Every commit is on the disk when it is done: pages, fdatasync, meta page. It is done by a thread of lmdb-js, while this
 * one goes on serving and gathers the next.
 */
class FlushingCommitter implements Committer {
  readonly #root: RootDatabase;
  readonly #space: FreeSpace;

  constructor(root: RootDatabase, space: FreeSpace) {
    this.#root = root;
    this.#space = space;
  }

  async commit(change: () => void, bytes: number, operations: number): Promise<void> {
    if (!this.#space.fitsDisk(bytes, operations) && !this.#space.fitsFile(bytes, operations)) throw noRoom();
    // A child transaction, because the outer one of lmdb-js commits even when its callback throws.
    await this.#root.childTransaction(change);
  }

  async flush(): Promise<void> {}
}

const flushEveryMs = 100;
/** A flush that takes longer than this is waited for by the commits after it: pages are not used again until it is done. */
const patienceMs = 500;

/**
 * A commit is done when the system has the pages, and is done here and now: handing it to a thread would cost more than
 * the writes do. Flushes follow in a thread, one at a time, with a pause between: each is a checkpoint. A disk that is slower
 * than the commits slows them down in the end, so that the file does not grow without bound.
 *
 * Not lmdb-js's overlapping sync, though it was made for this: its commit, too, is only reported after the flush (seen with
 * strace, lmdb 3.5.6), and its next commit waits for that flush when there are many pages.
 */
class RelaxedCommitter implements Committer {
  readonly #root: RootDatabase;
  readonly #checkpoints: Checkpoints;
  readonly #space: FreeSpace;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  #flushing: Promise<void> | undefined;
  #flushingSince = 0;
  #isDirty = false;
  /** Whether the last flush failed. */
  #isBehind = false;

  constructor(root: RootDatabase, checkpoints: Checkpoints, space: FreeSpace, clock: Clock) {
    this.#root = root;
    this.#checkpoints = checkpoints;
    this.#space = space;
    this.#clock = clock;
    this.#alarm = new Alarm(clock, () => void this.#flushNow());
  }

  commit(change: () => void, bytes: number, operations: number): Promise<void> | void {
    if (!this.#space.fitsDisk(bytes, operations)) return this.#commitInFile(change, bytes, operations);
    return this.#commit(change);
  }

  /** On a full disk only the pages in the file are left. A checkpoint frees those that the last one held. */
  async #commitInFile(change: () => void, bytes: number, operations: number): Promise<void> {
    if (!this.#space.fitsFile(bytes, operations)) throw noRoom();
    // A change that waited for the same flush may have begun the next one: there is one at a time.
    while (this.#flushing) await this.#flushing;
    await this.#flushNow();
    await this.#commit(change);
  }

  #commit(change: () => void): Promise<void> | void {
    this.#root.transactionSync(change);
    this.#isDirty = true;
    if (this.#flushing === undefined) this.#later();
    else if (this.#clock.monotonic() - this.#flushingSince > patienceMs) return this.#flushing;
  }

  /** A flush that failed is tried once more. */
  async flush(): Promise<void> {
    this.#isDirty ||= this.#isBehind;
    while (this.#isDirty || this.#flushing) await (this.#flushing ?? this.#flushNow());
  }

  #later(): void {
    this.#alarm.by(this.#clock.monotonic() + flushEveryMs);
  }

  /** A flush that fails is tried again with the next commit: what it was to keep is in the system's hands meanwhile. */
  #flushNow(): Promise<void> {
    // It may have been set by the flush before: what comes after the last one would find the file closed.
    this.#alarm.cancel();
    this.#isDirty = false;
    this.#flushingSince = this.#clock.monotonic();
    this.#flushing = this.#checkpoints
      .take()
      .then(
        () => false,
        () => true,
      )
      .then((isBehind) => {
        this.#isBehind = isBehind;
        this.#flushing = undefined;
        if (this.#isDirty) this.#later();
      });
    return this.#flushing;
  }
}
