import { BaseError, within } from '@inkwire/base';
import type { Client, QueryOptions, types } from 'cassandra-driver';
import { cassandraError, silenceError } from './cassandra-errors.ts';
import type { Gate } from './gate.ts';

/** A statement and its values, in the order of its marks. */
export interface Statement {
  readonly query: string;
  readonly params: readonly unknown[];
}

export interface RunOptions extends QueryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether it passes the gate. Default true; false for what belongs to a call that has passed it. */
  readonly isGated?: boolean;
  /** Its own deadline, in place of the one that all have. */
  readonly timeoutMs?: number;
}

type Limits = Required<Pick<RunOptions, 'isGated' | 'timeoutMs'>> & Pick<RunOptions, 'signal'>;

/** Runs statements, each with a deadline, and not too many at once. Its errors are those of readings. */
export class Database {
  readonly timeoutMs: number;
  readonly #client: Client;
  readonly #gate: Gate;

  constructor(client: Client, gate: Gate, timeoutMs: number) {
    this.#client = client;
    this.#gate = gate;
    this.timeoutMs = timeoutMs;
  }

  /** Runs one statement: the rows of its first page. */
  async run({ query, params }: Statement, options: RunOptions = {}): Promise<types.ResultSet> {
    const { signal, isGated = true, timeoutMs = this.timeoutMs, ...rest } = options;
    return this.#answer(() => this.#client.execute(query, [...params], rest), { signal, isGated, timeoutMs });
  }

  /**
   * Runs statements as one: all of them are done or none. Those on one partition are one write; for others `logged: true`
   * has the cluster write them down first.
   */
  async runTogether(statements: readonly Statement[], options: RunOptions = {}): Promise<void> {
    const { signal, isGated = true, timeoutMs = this.timeoutMs, ...rest } = options;
    const queries = statements.map(({ query, params }) => ({ query, params: [...params] }));
    const ask = () => this.#client.batch(queries, { logged: false, ...rest });
    await this.#answer(ask, { signal, isGated, timeoutMs });
  }

  async #answer<T>(ask: () => Promise<T>, { signal, isGated, timeoutMs }: Limits): Promise<T> {
    if (isGated) await this.#gate.enter(signal);
    const answer = ask();
    // Nothing can take a statement back: one that nobody waits for any more still takes its place.
    const leave = () => isGated && this.#gate.leave();
    answer.then(leave, leave);
    try {
      return await within(answer, { signal, timeoutMs });
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      if (error instanceof BaseError && error.code === 'BASE_TIMEOUT') throw silenceError(timeoutMs);
      throw cassandraError(error);
    }
  }
}
