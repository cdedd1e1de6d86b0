import type { Committer } from './committer.ts';
import { Group, Operation } from './operation.ts';
import { isOwnFailure, type Transaction } from './transaction.ts';

/** The most operations, and the most bytes of them, in one transaction: enough to make a flush cheap for each. */
const [maxOperations, maxBytes] = [4096, 8 * 2 ** 20];
/** When an operation this small finds no room, larger ones need not be tried. */
const smallBytes = 64 * 1024;

/** How a queue begins a transaction and what it makes of its failure. */
export interface CommitHooks {
  readonly begin: () => Transaction;
  readonly explain: (error: unknown, bytes: number) => Promise<unknown>;
  /** Told of each operation that is done, before anybody else. */
  readonly done: (operation: Operation<unknown>) => void;
}

/**
 * Gathers operations into transactions. One is under way at a time; what comes meanwhile is the next, so that load makes
 * transactions larger and not more frequent, and one thread of libuv's pool at most waits for the disk.
 *
 *     add() ──▶ last group ──end of turn / the group before is done──▶ in one transaction ──commit──▶ done
 *
 * An operation that throws for a reason of its own fails alone. When the commit fails, the whole transaction is taken
 * back, and its operations are tried one by one, so that one too large for the disk fails alone.
 */
export class CommitQueue {
  readonly #committer: Committer;
  readonly #hooks: CommitHooks;
  readonly #groups: Group[] = [];
  #draining: Promise<void> | undefined;
  /** Operations that are not done. */
  waiting = 0;

  constructor(committer: Committer, hooks: CommitHooks) {
    this.#committer = committer;
    this.#hooks = hooks;
  }

  add<T>(run: (transaction: Transaction) => T, bytes: number): Operation<T> {
    const group = this.#gathering();
    const operation = new Operation(group, run, bytes);
    group.operations.push(operation as Operation<unknown>);
    group.bytes += bytes;
    this.waiting++;
    this.#draining ??= this.#drain();
    return operation;
  }

  #gathering(): Group {
    const last = this.#groups.at(-1);
    if (last !== undefined && last.operations.length < maxOperations && last.bytes < maxBytes) return last;
    const group = new Group();
    this.#groups.push(group);
    return group;
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

  async #drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (let group = this.#groups.shift(); group !== undefined; group = this.#groups.shift()) {
      const failure = await this.#commit(group.operations);
      if (failure) await this.#commitOneByOne(group.operations, failure.error);
      this.#finish(group);
    }
    this.#draining = undefined;
  }

  #finish(group: Group): void {
    this.waiting -= group.operations.length;
    for (const operation of group.operations) this.#hooks.done(operation);
    group.finish();
  }

  async #commitOneByOne(operations: readonly Operation<unknown>[], first: unknown): Promise<void> {
    let hopeless: unknown = operations.length === 1 ? first : undefined;
    for (const operation of operations) {
      const failure = hopeless === undefined ? await this.#commit([operation]) : { error: hopeless };
      if (failure === undefined) continue;
      const error = await this.#hooks.explain(failure.error, operation.bytes);
      operation.fail(error);
      if (operation.bytes < smallBytes) hopeless ??= error;
    }
  }

  /** Answers why the operations are not on the disk, when they are not. */
  async #commit(operations: readonly Operation<unknown>[]): Promise<{ readonly error: unknown } | undefined> {
    try {
      const bytes = operations.reduce((sum, operation) => sum + operation.bytes, 0);
      await this.#committer.commit(() => this.#run(operations), bytes, operations.length);
      return undefined;
    } catch (error) {
      return { error: await commitError(error) };
    }
  }

  #run(operations: readonly Operation<unknown>[]): void {
    const transaction = this.#hooks.begin();
    for (const operation of operations) {
      try {
        operation.succeed(operation.run(transaction));
      } catch (error) {
        if (!isOwnFailure(error)) throw error;
        operation.fail(error);
      }
    }
    transaction.finish();
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
