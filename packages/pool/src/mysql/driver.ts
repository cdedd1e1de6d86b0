import { systemCode } from '@inkwire/base';
import { PoolError } from '../errors.ts';
import { isNotRetryable } from '../pool/options.ts';

/** Rows, or what a statement without rows answers, and what the driver says of the columns. */
// biome-ignore lint/suspicious/noExplicitAny: a row is what the query selects.
export type MysqlResult = [any, any];

/** The part of `mysql2`'s connection with promises that the adapter uses and that borrowers receive. */
export interface MysqlConnection {
  query(sql: string, values?: unknown): Promise<MysqlResult>;
  execute(sql: string, values?: unknown): Promise<MysqlResult>;
  ping(): Promise<unknown>;
}

/** The part of `mysql2`'s connection underneath that the adapter uses. */
export interface MysqlCore<Connection extends MysqlConnection = MysqlConnection> {
  connect(connected: (error: Error | null) => void): void;
  promise(): Connection;
  end(ended?: (error: unknown) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** The number of the session. */
  readonly threadId: number | null;
}

/** The parts of the driver that its own types do not describe. */
export interface MysqlInside {
  readonly stream: {
    on(event: 'close', listener: () => void): unknown;
    destroy(): unknown;
  };
  /** The query that is being run, if any. */
  readonly _command?: unknown;
}

/** The address and account of the database: what `mysql2.createConnection` takes. */
export type MysqlConnectionOptions = string | Readonly<Record<string, unknown>>;

/** The part of the module `mysql2` that the adapter uses. */
export interface MysqlDriver<Connection extends MysqlConnection = MysqlConnection> {
  // biome-ignore lint/suspicious/noExplicitAny: the driver's own type of its options is far stricter.
  createConnection(config: any): MysqlCore<Connection>;
}

// The program that uses the adapter may have another version of the driver than we.
const importMysql = () => import('mysql2' as string) as Promise<{ readonly default: MysqlDriver }>;

/** The installed driver. Rejects with `POOL_DRIVER_MISSING`, or with what went wrong inside the driver. */
export async function loadMysql(load = importMysql): Promise<MysqlDriver> {
  try {
    return (await load()).default;
  } catch (cause) {
    if (systemCode(cause) !== 'ERR_MODULE_NOT_FOUND' || !/package 'mysql2'/.test(String(cause))) throw cause;
    throw new PoolError('POOL_DRIVER_MISSING', 'MySQL needs its driver: npm install mysql2', { cause });
  }
}

/** The options with which `mysql2` makes a connection. Throws a TypeError for anything but a URL or an object. */
export function configOf(connection: MysqlConnectionOptions): Readonly<Record<string, unknown>> {
  if (typeof connection === 'string') return { uri: connection };
  if (typeof connection === 'object' && connection !== null) return connection;
  throw new TypeError(`Expected \`connection\` to be a URL or an object, got \`${String(connection)}\``);
}

/** Begins to connect. The driver writes into what it is given, which is therefore a copy. */
export function startConnection<Connection extends MysqlConnection>(
  driver: MysqlDriver<Connection>,
  config: Readonly<Record<string, unknown>>,
): MysqlCore<Connection> & MysqlInside {
  return driver.createConnection({ ...config }) as MysqlCore<Connection> & MysqlInside;
}

/** Resolves when a connection is made; rejects when it could not be. */
export function connected(core: MysqlCore): Promise<void> {
  return new Promise((resolve, reject) => {
    core.connect((error) => (error ? reject(error) : resolve()));
  });
}

/** Resolves when the socket of a connection has closed. */
export function ended({ stream }: MysqlInside): Promise<void> {
  return new Promise((resolve) => stream.on('close', resolve));
}

/** Rows as objects of plain values, whatever the connection's options make of those of its holders. */
export async function ask(
  connection: MysqlConnection,
  sql: string,
  values?: readonly unknown[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const query = { sql, rowsAsArray: false, nestTables: false, typeCast: true };
  const [rows] = await connection.query(query as unknown as string, values);
  return rows;
}

/** The server's number of an error. */
export function errnoOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'errno' in error ? error.errno : undefined;
}

/** `too many connections` of the server and of a user. */
export function isFull(error: unknown): boolean {
  return [1040, 1203].includes(errnoOf(error) as number);
}

/** Access denied to a database or to a user, no such database; and what our own codes say is final. */
export function isPermanent(error: unknown): boolean {
  return isNotRetryable(error) || [1044, 1045, 1049].includes(errnoOf(error) as number);
}
