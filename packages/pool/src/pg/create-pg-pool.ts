import { expectOneOf, type WaitOptions } from '@inkwire/base';
import type { ClientIdentitySource } from '../client-identity.ts';
import { guarded } from '../guarded-connection.ts';
import { createPool } from '../pool/create-pool.ts';
import type { PoolOptions } from '../pool/options.ts';
import type { Pool } from '../pool/pool.ts';
import type { PgClient, PgConnectionOptions, PgDriver, PgQueryConfig, PgResult } from './driver.ts';
import { isFull, isPermanent, PgSessions } from './sessions.ts';

type Own = 'open' | 'close' | 'destroy' | 'check' | 'reset' | 'isFull' | 'isPermanent' | 'isBusy' | 'lend';

/** Options of `createPgPool`: those of a pool, and the connection. */
export interface PgPoolOptions<Client extends PgClient = PgClient> extends Omit<PoolOptions<Client>, Own> {
  /** A connection string, or what `pg.Client` takes. */
  readonly connection: PgConnectionOptions;
  /** The owner of the connections. The database receives it in `application_name`, so that they can be fenced. */
  readonly client?: ClientIdentitySource;
  /** The module `pg`. Default: imported at the first opening. */
  readonly driver?: PgDriver<Client>;
}

const isolationLevels = ['read uncommitted', 'read committed', 'repeatable read', 'serializable'] as const;

/** The options with which a transaction begins, and its wait for a connection. */
export interface PgTransactionOptions extends WaitOptions {
  /** Default: the session's, which is `read committed` unless it was changed. */
  readonly isolation?: (typeof isolationLevels)[number];
  readonly readOnly?: boolean;
}

/** A pool of connections to PostgreSQL. */
export interface PgPool<Client extends PgClient = PgClient> extends Pool<Client> {
  /** Runs one query on any connection, whose rows are `Row`s. A transaction that it leaves open is rolled back. */
  // biome-ignore lint/suspicious/noExplicitAny: a row is what the query selects.
  query<Row = any>(
    query: string | PgQueryConfig,
    values?: unknown[],
    options?: WaitOptions,
  ): Promise<PgResult<Row>>;
  /**
   * Runs `fn` between BEGIN and COMMIT, all on one connection, and rolls back when it throws. Rejects with
   * `POOL_TRANSACTION_ABORTED` when the database did not commit, because `fn` went on after a statement had failed.
   */
  transaction<T>(fn: (client: Client) => Promise<T>, options?: PgTransactionOptions): Promise<T>;
}

/** Creates a pool of connections to PostgreSQL, over the driver `pg`. Throws a TypeError or RangeError. */
export function createPgPool<Client extends PgClient = PgClient>(
  options: PgPoolOptions<Client>,
): PgPool<Client> {
  const { connection, client, driver, ...rest } = options;
  const sessions = new PgSessions<Client>({ connection, client, driver });
  const pool = createPool<Client>({
    name: 'postgres',
    ...rest,
    open: (context) => sessions.open(context),
    close: (session) => sessions.close(session),
    destroy: (session) => sessions.destroy(session),
    check: (session) => sessions.check(session),
    reset: (session) => sessions.reset(session),
    isBusy: (session) => sessions.isBusy(session),
    isFull,
    isPermanent,
    lend: guarded,
  });
  return Object.assign(pool, {
    query: (query: string | PgQueryConfig, values?: unknown[], wait?: WaitOptions) =>
      pool.use((session) => session.query(query, values), wait),
    transaction: async <T>(fn: (session: Client) => Promise<T>, how: PgTransactionOptions = {}) => {
      const begin = beginStatement(how);
      return pool.use((session) => sessions.transact(session, begin, fn), how);
    },
  });
}

function beginStatement({ isolation, readOnly }: PgTransactionOptions): string {
  const words = ['BEGIN'];
  if (isolation !== undefined)
    words.push('ISOLATION LEVEL', expectOneOf('isolation', isolation, isolationLevels).toUpperCase());
  if (readOnly !== undefined) words.push(readOnly ? 'READ ONLY' : 'READ WRITE');
  return words.join(' ');
}
