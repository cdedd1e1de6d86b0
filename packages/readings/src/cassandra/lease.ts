import { randomUUID } from 'node:crypto';
import { ReadingsError } from '../errors.ts';
import type { Database, RunOptions } from './database.ts';
import { once, serial } from './driver.ts';
import type { Statements } from './statements.ts';

/** What one process at a time has, by lightweight transactions. It ends by itself where that process was killed. */
export class Lease {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #name: string;
  readonly #holder = randomUUID();
  readonly seconds: number;

  constructor(
    { database, statements }: { readonly database: Database; readonly statements: Statements },
    { name, seconds }: { readonly name: string; readonly seconds: number },
  ) {
    this.#database = database;
    this.#statements = statements;
    this.#name = name;
    this.seconds = seconds;
  }

  /** False while another process has it. */
  async take(options: RunOptions): Promise<boolean> {
    const statement = this.#statements.takeLease(this.#name, this.#holder, this.seconds);
    try {
      return (await this.#database.run(statement, { ...options, ...once })).wasApplied();
    } catch (error) {
      // A condition that timed out may have been met, so it is read back. A read of that kind ends what has begun.
      if (!(error instanceof ReadingsError && error.retryable)) throw error;
      const holder = this.#statements.leaseHolder(this.#name);
      const row = (await this.#database.run(holder, { ...options, consistency: serial })).first();
      return String(row?.migrator) === this.#holder;
    }
  }

  async end(options: RunOptions): Promise<void> {
    const statement = this.#statements.endLease(this.#name, this.#holder);
    await this.#database.run(statement, { ...options, ...once });
  }
}
