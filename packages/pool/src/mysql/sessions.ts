import { type ClientIdentity, type ClientIdentitySource, identityOf } from '../client-identity.ts';
import { PoolError } from '../errors.ts';
import type { OpenContext } from '../pool/options.ts';
import {
  configOf,
  connected,
  loadMysql,
  type MysqlConnection,
  type MysqlConnectionOptions,
  type MysqlCore,
  type MysqlDriver,
  type MysqlInside,
  type MysqlResult,
  startConnection,
} from './driver.ts';
import { isFenced } from './fenced-table.ts';
import { killSession } from './kill.ts';

export interface MysqlSessionsOptions<Connection extends MysqlConnection> {
  readonly connection: MysqlConnectionOptions;
  readonly client?: ClientIdentitySource | undefined;
  readonly driver?: MysqlDriver<Connection> | undefined;
}

/** The connection attributes that carry a client's identity. */
export const attributes = { client: 'inkwire_client', incarnation: 'inkwire_incarnation' } as const;

/** Bits of the status that the server sends with every answer without rows. */
const [inTransaction, autocommit] = [1, 2];

/** What is known of an open session beside its connection. */
interface Session {
  readonly core: MysqlCore & MysqlInside;
  /** Makes another connection to the same server. */
  readonly connect: () => MysqlCore & MysqlInside;
  readonly ended: Promise<void>;
  /** Whether nothing was run since it was lent but what is known to have left no transaction open. */
  isSettled: boolean;
}

/** Opens, judges and ends sessions: what a pool asks of MySQL or MariaDB. */
export class MysqlSessions<Connection extends MysqlConnection> {
  readonly #options: MysqlSessionsOptions<Connection>;
  readonly #sessions = new WeakMap<Connection, Session>();

  constructor(options: MysqlSessionsOptions<Connection>) {
    this.#options = options;
  }

  async open({ signal, lost }: OpenContext): Promise<Connection> {
    const driver = this.#options.driver ?? ((await loadMysql()) as MysqlDriver<Connection>);
    const identity = identityOf(this.#options.client);
    signal.throwIfAborted();
    const connect = () => startConnection(driver, this.#config(identity));
    const core = connect();
    const { stream } = core;
    core.on('error', lost);
    stream.on('close', lost);
    const ended = new Promise<void>((resolve) => stream.on('close', resolve));
    const abort = () => stream.destroy();
    signal.addEventListener('abort', abort);
    try {
      await connected(core);
      const connection = core.promise();
      if (identity !== undefined && (await isFenced(connection, identity.incarnation)))
        throw new PoolError(
          'POOL_FENCED',
          `${identity.name} was fenced: its sessions were ended, and others are refused`,
        );
      this.#sessions.set(connection, { core, connect, ended, isSettled: false });
      return connection;
    } catch (error) {
      abort();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async close(connection: Connection): Promise<void> {
    const { core, ended } = this.#sessions.get(connection)!;
    core.end();
    await ended;
  }

  async destroy(connection: Connection): Promise<void> {
    const { core, connect, ended } = this.#sessions.get(connection)!;
    const isBusy = this.isBusy(connection);
    // The driver's own `destroy` waits for a server that may hang, and leaves whoever waits for a query without an answer.
    core.stream.destroy();
    await ended;
    if (isBusy && core.threadId !== null) await killSession(connect, core.threadId);
  }

  async check(connection: Connection): Promise<boolean> {
    await connection.ping();
    return true;
  }

  /** Rolls back what may have been left open. One that no longer commits by itself is not fit for others. */
  reset(connection: Connection): boolean | Promise<boolean> {
    const session = this.#sessions.get(connection)!;
    if (session.isSettled && !this.isBusy(connection)) {
      session.isSettled = false;
      return true;
    }
    return connection.query('ROLLBACK').then(leavesNothingOpen);
  }

  isBusy(connection: Connection): boolean {
    return Boolean(this.#sessions.get(connection)!.core._command);
  }

  async query(connection: Connection, sql: string, values: unknown): Promise<MysqlResult> {
    const answer = await connection.query(sql, values);
    this.#sessions.get(connection)!.isSettled = leavesNothingOpen(answer);
    return answer;
  }

  async transact<T>(
    connection: Connection,
    begin: readonly string[],
    fn: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    for (const statement of begin) await connection.query(statement);
    let result: T;
    try {
      result = await fn(connection);
    } catch (error) {
      // A statement that still runs may run for long: then the release waits for it, or ends the session.
      if (!this.isBusy(connection)) await this.query(connection, 'ROLLBACK', undefined).catch(() => {});
      throw error;
    }
    await this.query(connection, 'COMMIT', undefined);
    return result;
  }

  #config(identity: ClientIdentity | undefined): Record<string, unknown> {
    const config = configOf(this.#options.connection);
    if (identity === undefined) return config;
    const own = { [attributes.client]: identity.name, [attributes.incarnation]: identity.incarnation };
    return { ...config, connectAttributes: { ...(config.connectAttributes as object | undefined), ...own } };
  }
}

/**
 * Whether a session is in no transaction after an answer and will commit by itself. Rows carry no status, but a session
 * that commits by itself stays so while it selects; several answers at once, as of a procedure, say nothing for sure.
 */
function leavesNothingOpen([rows, fields]: MysqlResult): boolean {
  if (!Array.isArray(rows)) return (rows.serverStatus & (inTransaction | autocommit)) === autocommit;
  return Array.isArray(fields) && !fields.some((field) => field === undefined || Array.isArray(field));
}

/** `too many connections` of the server and of a user. */
export function isFull(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'errno' in error &&
    [1040, 1203].includes(error.errno as number)
  );
}
