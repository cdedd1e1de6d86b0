import type { RootDatabase } from 'lmdb';

interface Write {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  result?: unknown;
}

/** The most writes in one commit: enough to make fsync cheap, few enough not to keep the first one waiting. */
const maxBatch = 64;

/**
 * Gathers writes into commits. One commit is under way at a time; what arrives meanwhile waits for the next, so that
 * load makes commits larger and not more frequent, and never more than one thread of libuv's pool waits for the disk.
 *
 *     run() ──▶ waiting ──setImmediate / previous commit ended──▶ in one transaction ──fsync──▶ resolved
 *
 * A write that throws takes its whole transaction back; the others of that transaction are then tried one by one, so
 * that a picture too large for the disk fails alone.
 */
export class CommitQueue {
  readonly #database: RootDatabase;
  #waiting: Write[] = [];
  #draining: Promise<void> | undefined;

  constructor(database: RootDatabase) {
    this.#database = database;
  }

  /** Runs `write` inside a transaction; resolves with its result when the disk has it. */
  run<T>(write: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run: write, resolve: resolve as Write['resolve'], reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when everything that was waiting has ended. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  /** Rejects what has not begun. */
  abort(error: Error): void {
    for (const write of this.#waiting.splice(0)) write.reject(error);
  }

  async #drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, maxBatch);
      const failure = await this.#commit(batch);
      if (failure === undefined) continue;
      if (batch.length === 1) batch[0]!.reject(failure.error);
      else await this.#commitOneByOne(batch);
    }
    this.#draining = undefined;
  }

  async #commitOneByOne(batch: readonly Write[]): Promise<void> {
    for (const write of batch) {
      const failure = await this.#commit([write]);
      if (failure) write.reject(failure.error);
    }
  }

  /** Resolves the writes when they are on the disk; otherwise returns why they are not. */
  async #commit(batch: readonly Write[]): Promise<{ readonly error: unknown } | undefined> {
    try {
      // A child transaction, because the outer one of lmdb-js commits even when its callback throws.
      await this.#database.childTransaction(() => {
        for (const write of batch) write.result = write.run();
      });
    } catch (error) {
      return { error: await commitError(error) };
    }
    for (const write of batch) write.resolve(write.result);
    return undefined;
  }
}

/** lmdb-js rejects a failed commit with an error whose `commitError` is a promise that rejects with the reason. */
async function commitError(error: unknown): Promise<unknown> {
  try {
    await (error as { readonly commitError?: Promise<never> }).commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}
