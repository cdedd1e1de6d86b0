import { BaseError, within } from '@inkwire/base';
import { type Borrowed, PoolError } from '@inkwire/pool';
import type { PgClient, PgPool } from '@inkwire/pool/pg';
import { postgresError, silenceError } from './postgres-errors.ts';
import type { Row } from './row.ts';
import type { Statement } from './statements.ts';

/** Every value as the text that the server sends: an application may have set other parsers for all of `pg`. */
const asText = { getTypeParser: () => (value: string) => value };

/** Runs statements on a pool's connections, each with a deadline. */
export class Database {
  readonly pool: PgPool;
  readonly timeoutMs: number;

  /** The database has to answer within `timeoutMs`, the wait for a connection included. */
  constructor(pool: PgPool, timeoutMs: number) {
    this.pool = pool;
    this.timeoutMs = timeoutMs;
  }

  /** Runs one statement. Its errors are those of readings, and the signal's reason. */
  async run(statement: Statement, signal?: AbortSignal): Promise<readonly Row[]> {
    try {
      return await this.use((client) => answer(client, statement), signal);
    } catch (error) {
      throw signal?.aborted && error === signal.reason ? error : postgresError(error);
    }
  }

  /**
   * Calls `work` with a connection. Errors are those of the driver and of the pool, and `READINGS_UNREACHABLE` after the deadline.
   * At an abort or a deadline the connection is destroyed: the pool then asks the server to cancel what it still does.
   */
  async use<T>(work: (client: PgClient) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const deadline = performance.now() + this.timeoutMs;
    const borrowed = await this.#acquire(signal);
    try {
      const timeoutMs = Math.max(0, deadline - performance.now());
      const result = await within(work(borrowed.connection), { signal, timeoutMs });
      borrowed.release();
      return result;
    } catch (error) {
      const isLate = error instanceof BaseError && error.code === 'BASE_TIMEOUT';
      if (isLate || signal?.aborted) borrowed.destroy(error as Error);
      else borrowed.release();
      throw isLate && !signal?.aborted ? silenceError(this.timeoutMs) : error;
    }
  }

  async #acquire(signal: AbortSignal | undefined): Promise<Borrowed<PgClient>> {
    try {
      return await this.pool.acquire({ signal, timeoutMs: this.timeoutMs });
    } catch (error) {
      // There may be connections, nobody has one, and none was refused: the server says nothing.
      const isTimeout = error instanceof PoolError && error.code === 'POOL_ACQUIRE_TIMEOUT';
      const { inUse, max } = this.pool.stats();
      const isSilent = isTimeout && error.cause === undefined && inUse === 0 && max > 0;
      throw isSilent ? silenceError(this.timeoutMs) : error;
    }
  }
}

/** Runs one statement, and returns its rows as text. */
export async function answer(client: PgClient, statement: Statement): Promise<readonly Row[]> {
  const { rows } = await client.query({ ...statement, rowMode: 'array', types: asText });
  return rows;
}

/** Runs statements in one transaction. The pool rolls back what has failed. */
export async function transact(client: PgClient, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  await work();
  await client.query('COMMIT');
}
