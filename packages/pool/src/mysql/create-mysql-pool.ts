import { expectOneOf, systemClock, type WaitOptions } from '@inkwire/base';
import type { ClientIdentitySource } from '../client-identity.ts';
import { guarded } from '../guarded-connection.ts';
import { createPool } from '../pool/create-pool.ts';
import type { PoolOptions } from '../pool/options.ts';
import type { Pool } from '../pool/pool.ts';
import {
  isFull,
  isPermanent,
  type MysqlConnection,
  type MysqlConnectionOptions,
  type MysqlDriver,
  type MysqlResult,
} from './driver.ts';
import { MysqlSessions } from './sessions.ts';

type Own = 'open' | 'close' | 'destroy' | 'check' | 'reset' | 'isFull' | 'isPermanent' | 'isBusy' | 'lend';

/** Options of `createMysqlPool`: those of a pool, and the connection. */
export interface MysqlPoolOptions<Connection extends MysqlConnection = MysqlConnection>
  extends Omit<PoolOptions<Connection>, Own> {
  /** A connection string, or what `mysql2.createConnection` takes. */
  readonly connection: MysqlConnectionOptions;
  /** The owner of the connections. The database receives it in connection attributes, so that they can be fenced. */
  readonly client?: ClientIdentitySource;
  /** The module `mysql2`. Default: imported at the first opening. */
  readonly driver?: MysqlDriver<Connection>;
}

const isolationLevels = ['read uncommitted', 'read committed', 'repeatable read', 'serializable'] as const;

/** The options with which a transaction begins, and its wait for a connection. */
export interface MysqlTransactionOptions extends WaitOptions {
  /** Default: the session's, which is `repeatable read` unless it was changed. */
  readonly isolation?: (typeof isolationLevels)[number];
  readonly readOnly?: boolean;
}

/**
 * A pool of connections to MySQL or MariaDB. To end sessions in mid-query it opens one connection more than its maximum, and
 * for no longer than that: an allocator's `spare` has to have room for it.
 */
export interface MysqlPool<Connection extends MysqlConnection = MysqlConnection> extends Pool<Connection> {
  /** Runs one query on any connection. A transaction that it leaves open is rolled back. */
  query(sql: string, values?: unknown, options?: WaitOptions): Promise<MysqlResult>;
  /**
   * Runs `fn` between START TRANSACTION and COMMIT, all on one connection, and rolls back when it throws. Rejects with
   * `POOL_TRANSACTION_ABORTED` when the transaction was over before the COMMIT, because `fn` went on after a deadlock, which
   * rolls back all of it, or ran a statement that commits.
   */
  transaction<T>(fn: (connection: Connection) => Promise<T>, options?: MysqlTransactionOptions): Promise<T>;
}

/** Creates a pool of connections to MySQL or MariaDB, over the driver `mysql2`. Throws a TypeError or RangeError. */
export function createMysqlPool<Connection extends MysqlConnection = MysqlConnection>(
  options: MysqlPoolOptions<Connection>,
): MysqlPool<Connection> {
  const { connection, client, driver, ...rest } = options;
  const { clock = systemClock, closeTimeoutMs = 5_000 } = rest;
  const sessions = new MysqlSessions<Connection>({ connection, client, driver, clock, closeTimeoutMs });
  const pool = createPool<Connection>({
    name: 'mysql',
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
    query: (sql: string, values?: unknown, wait?: WaitOptions) =>
      pool.use((session) => sessions.query(session, sql, values), wait),
    transaction: async <T>(fn: (session: Connection) => Promise<T>, how: MysqlTransactionOptions = {}) => {
      const begin = beginStatements(how);
      return pool.use((session) => sessions.transact(session, begin, fn), how);
    },
  });
}

function beginStatements({ isolation, readOnly }: MysqlTransactionOptions): string[] {
  const access = readOnly === undefined ? '' : readOnly ? ' READ ONLY' : ' READ WRITE';
  const start = `START TRANSACTION${access}`;
  if (isolation === undefined) return [start];
  const level = expectOneOf('isolation', isolation, isolationLevels).toUpperCase();
  return [`SET TRANSACTION ISOLATION LEVEL ${level}`, start];
}
