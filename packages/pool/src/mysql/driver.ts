import { PoolError } from '../errors.ts';

/** Rows, or what a statement without rows answers, and what the driver says of the columns. */
// biome-ignore lint/suspicious/noExplicitAny: a row is what the query selects.
export type MysqlResult = [any, any];

/** The part of `mysql2`'s connection with promises that the adapter uses: this is what is lent. */
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

/** What the driver's own types do not tell of it. */
export interface MysqlInside {
  readonly stream: {
    on(event: 'close', listener: () => void): unknown;
    destroy(): unknown;
  };
  /** What is being run, if anything. */
  readonly _command?: unknown;
}

/** How to reach the database: what `mysql2.createConnection` takes. */
export type MysqlConnectionOptions = string | Readonly<Record<string, unknown>>;

/** The part of the module `mysql2` that the adapter uses. */
export interface MysqlDriver<Connection extends MysqlConnection = MysqlConnection> {
  // biome-ignore lint/suspicious/noExplicitAny: the driver's own type of its options is far stricter.
  createConnection(config: any): MysqlCore<Connection>;
}

/** The installed driver. Rejects with `POOL_DRIVER_MISSING`. */
export async function loadMysql(): Promise<MysqlDriver> {
  try {
    const module = (await import('mysql2' as string)) as { readonly default: MysqlDriver };
    return module.default;
  } catch (cause) {
    throw new PoolError('POOL_DRIVER_MISSING', 'MySQL needs its driver: npm install mysql2', { cause });
  }
}

export function configOf(connection: MysqlConnectionOptions): Record<string, unknown> {
  return typeof connection === 'string' ? { uri: connection } : { ...connection };
}

/** Begins to connect. */
export function startConnection<Connection extends MysqlConnection>(
  driver: MysqlDriver<Connection>,
  config: Record<string, unknown>,
): MysqlCore<Connection> & MysqlInside {
  return driver.createConnection(config) as MysqlCore<Connection> & MysqlInside;
}

/** Resolves when a connection is made; rejects when it could not be. */
export function connected(core: MysqlCore): Promise<void> {
  return new Promise((resolve, reject) => {
    core.connect((error) => (error ? reject(error) : resolve()));
  });
}
