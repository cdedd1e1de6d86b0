import type { Committer } from './committer.ts';
import { lmdbFaultOf } from './faults.ts';
import { Group, Operation } from './operation.ts';

/** When an operation this small finds no room, the others of its transaction are not tried. */
const smallBytes = 64 * 1024;

/** The functions of a queue for its transactions and their failures. `Mark`: what an owner notes with an operation. */
export interface CommitQueueOptions<Transaction, Mark> {
  readonly committer: Committer;
  /** Called first in each transaction; its result is passed to the operations. */
  readonly begin: () => Transaction;
  /** Called last in each transaction. */
  readonly finish?: (transaction: Transaction) => void;
  /** Whether an operation threw before it changed anything. Then it fails alone, and its transaction is committed. */
  readonly isOwnFailure: (error: unknown) => boolean;
  /** Makes the error of an operation, of `bytes` bytes, out of what the commit failed with. When it rejects, that is the error. */
  readonly explain: (error: unknown, bytes: number) => Promise<unknown>;
  /** Receives the mark of each operation that is done, before its answer is there. Its errors are emitted as warnings. */
  readonly onDone?: (mark: Mark) => void;
  /** Most operations in one transaction: many make a flush cheap for each, few let the first one wait less. Default 4,096. */
  readonly maxOperations?: number;
  /** Most bytes of operations in one transaction. Default 8 MiB. */
  readonly maxBytes?: number;
}

/**
 * Gathers operations into transactions. One transaction is under way at a time; what arrives meanwhile is the next one. So
 * load makes transactions larger and not more frequent, and at most one thread of libuv's pool waits for the disk.
 *
 *     add() ──▶ last group ──end of turn / the group before is done──▶ in one transaction ──commit──▶ done
 *
 * An operation that throws for a reason of its own fails alone. When the commit fails, the whole transaction is taken
 * back, and its operations are tried one by one, so that one too large for the disk fails alone.
 */
export class CommitQueue<Transaction, Mark = never> {
  readonly #options: CommitQueueOptions<Transaction, Mark>;
  readonly #maxOperations: number;
  readonly #maxBytes: number;
  readonly #groups: Group<Transaction, Mark>[] = [];
  #draining: Promise<void> | undefined;
  /** Operations that are not done. */
  waiting = 0;

  constructor(options: CommitQueueOptions<Transaction, Mark>) {
    this.#options = options;
    this.#maxOperations = options.maxOperations ?? 4096;
    this.#maxBytes = options.maxBytes ?? 8 * 2 ** 20;
  }

  /** Runs `run` inside a transaction; it may run again when that transaction is taken back. The answer is there after the commit. */
  add<T>(run: (transaction: Transaction) => T, bytes: number, mark?: Mark): Operation<T, Transaction, Mark> {
    const group = this.#gathering();
    const operation = new Operation(group, run, bytes, mark);
    group.operations.push(operation as Operation<unknown, Transaction, Mark>);
    group.bytes += bytes;
    this.waiting++;
    this.#draining ??= this.#drain();
    return operation;
  }

  /** Resolves when everything that was waiting is done. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  /** Fails what has not begun. */
  abort(error: Error): void {
    for (const group of this.#groups.splice(0)) {
      for (const operation of group.operations) operation.fail(error);
      this.#finish(group);
    }
  }

  #gathering(): Group<Transaction, Mark> {
    const last = this.#groups.at(-1);
    if (last !== undefined && last.operations.length < this.#maxOperations && last.bytes < this.#maxBytes)
      return last;
    const group = new Group<Transaction, Mark>();
    this.#groups.push(group);
    return group;
  }

  async #drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      const failure = await this.#commit(group.operations);
      if (failure) await this.#commitOneByOne(group.operations, failure.error);
      this.#finish(group);
    }
    this.#draining = undefined;
  }

  #finish(group: Group<Transaction, Mark>): void {
    const { onDone } = this.#options;
    this.waiting -= group.operations.length;
    for (const { mark } of group.operations)
      if (onDone && mark !== undefined) warnOfFailure(() => onDone(mark));
    group.finish();
  }

  async #commitOneByOne(
    operations: readonly Operation<unknown, Transaction, Mark>[],
    first: unknown,
  ): Promise<void> {
    let hopeless: unknown = operations.length === 1 ? first : undefined;
    for (const operation of operations) {
      const failure = hopeless === undefined ? await this.#commit([operation]) : { error: hopeless };
      if (failure === undefined) continue;
      const error = await this.#explain(failure.error, operation.bytes);
      operation.fail(error);
      if (operation.bytes < smallBytes && lmdbFaultOf(failure.error)) hopeless ??= error;
    }
  }

  /** An explanation that fails must not stop the queue: later operations would wait for ever. */
  async #explain(error: unknown, bytes: number): Promise<unknown> {
    try {
      return await this.#options.explain(error, bytes);
    } catch (reason) {
      return reason;
    }
  }

  /** Returns why the operations are not committed, or undefined when they are. */
  async #commit(
    operations: readonly Operation<unknown, Transaction, Mark>[],
  ): Promise<{ readonly error: unknown } | undefined> {
    try {
      const bytes = operations.reduce((sum, operation) => sum + operation.bytes, 0);
      await this.#options.committer.commit(() => this.#run(operations), bytes, operations.length);
      return undefined;
    } catch (error) {
      return { error: await commitError(error) };
    }
  }

  #run(operations: readonly Operation<unknown, Transaction, Mark>[]): void {
    const transaction = this.#options.begin();
    for (const operation of operations) {
      try {
        operation.succeed(operation.run(transaction));
      } catch (error) {
        if (!this.#options.isOwnFailure(error)) throw error;
        operation.fail(error);
      }
    }
    this.#options.finish?.(transaction);
  }
}

/** The owner's mistake must be seen, but it must not stop the queue. */
function warnOfFailure(run: () => void): void {
  try {
    run();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
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
