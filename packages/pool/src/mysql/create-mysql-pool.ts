import { expectOneOf, type WaitOptions } from '@inkwire/base';
import type { ClientIdentitySource } from '../client-identity.ts';
import { createPool } from '../pool/create-pool.ts';
import type { PoolOptions } from '../pool/options.ts';
import type { Pool } from '../pool/pool.ts';
import type { MysqlConnection, MysqlConnectionOptions, MysqlDriver, MysqlResult } from './driver.ts';
import { isFull, MysqlSessions } from './sessions.ts';

type Own = 'open' | 'close' | 'destroy' | 'check' | 'reset' | 'isFull' | 'isBusy';

export interface MysqlPoolOptions<Connection extends MysqlConnection = MysqlConnection>
  extends Omit<PoolOptions<Connection>, Own> {
  /** A connection string, or what `mysql2.createConnection` takes. */
  readonly connection: MysqlConnectionOptions;
  /** Whose connections these are: told to the database in connection attributes, so that they can be fenced. */
  readonly client?: ClientIdentitySource;
  /** The module `mysql2`. Default: imported at the first opening. */
  readonly driver?: MysqlDriver<Connection>;
}

const isolationLevels = ['read uncommitted', 'read committed', 'repeatable read', 'serializable'] as const;

export interface MysqlTransactionOptions extends WaitOptions {
  /** Default: the session's, which is `repeatable read` unless it was changed. */
  readonly isolation?: (typeof isolationLevels)[number];
  readonly readOnly?: boolean;
}

/** A pool of connections to MySQL or MariaDB. */
export interface MysqlPool<Connection extends MysqlConnection = MysqlConnection> extends Pool<Connection> {
  /** Runs one query on any connection. A transaction that it leaves open is rolled back. */
  query(sql: string, values?: unknown, options?: WaitOptions): Promise<MysqlResult>;
  /** Runs `fn` between START TRANSACTION and COMMIT, all on one connection, and rolls back when it throws. */
  transaction<T>(fn: (connection: Connection) => Promise<T>, options?: MysqlTransactionOptions): Promise<T>;
}

/** Creates a pool of connections to MySQL or MariaDB, over the driver `mysql2`. Throws a TypeError or RangeError. */
export function createMysqlPool<Connection extends MysqlConnection = MysqlConnection>(
  options: MysqlPoolOptions<Connection>,
): MysqlPool<Connection> {
  const { connection, client, driver, ...rest } = options;
  const sessions = new MysqlSessions<Connection>({ connection, client, driver });
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
