import type { Clock } from '@inkwire/base';
import {
  type ClientIdentity,
  type ClientIdentitySource,
  expectIdentity,
  identityOf,
} from '../client-identity.ts';
import { PoolError } from '../errors.ts';
import { unguarded } from '../guarded-connection.ts';
import type { OpenContext } from '../pool/options.ts';
import {
  configOf,
  connected,
  ended,
  loadMysql,
  type MysqlConnection,
  type MysqlConnectionOptions,
  type MysqlCore,
  type MysqlDriver,
  type MysqlInside,
  type MysqlResult,
  startConnection,
} from './driver.ts';
import { readSessionState } from './fenced-table.ts';
import { SessionKiller } from './session-killer.ts';

export interface MysqlSessionsOptions<Connection extends MysqlConnection> {
  readonly connection: MysqlConnectionOptions;
  readonly client?: ClientIdentitySource | undefined;
  readonly driver?: MysqlDriver<Connection> | undefined;
  readonly clock: Clock;
  readonly closeTimeoutMs: number;
}

/** The connection attributes that carry a client's identity. */
export const attributes = { client: 'inkwire_client', incarnation: 'inkwire_incarnation' } as const;
/** Of a name, as an attribute. The server keeps 512 bytes of all of them together, unless it is configured otherwise. */
const mostNameBytes = 64;

/** Bits of the status that the server sends with every answer without rows. */
const [inTransaction, autocommit] = [1, 2];

/** The facts known of an open session beside its connection. */
interface Session {
  readonly core: MysqlCore & MysqlInside;
  /** Makes another connection to the same server. */
  readonly connect: () => MysqlCore & MysqlInside;
  readonly ended: Promise<void>;
  /** Whether every statement since it was borrowed is known to end without an open transaction. */
  isSettled: boolean;
  /** Its end at once, when that has begun. */
  destroyed?: Promise<void>;
}

/** Opens, judges and ends sessions: what a pool asks of MySQL or MariaDB. */
export class MysqlSessions<Connection extends MysqlConnection> {
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #identity: ClientIdentitySource | undefined;
  readonly #driver: MysqlDriver<Connection> | undefined;
  readonly #killer: SessionKiller;
  readonly #sessions = new WeakMap<Connection, Session>();

  constructor({ connection, client, driver, clock, closeTimeoutMs }: MysqlSessionsOptions<Connection>) {
    this.#config = configOf(connection);
    this.#identity = expectIdentity(client);
    this.#driver = driver;
    this.#killer = new SessionKiller(clock, closeTimeoutMs);
  }

  async open({ signal, lost }: OpenContext): Promise<Connection> {
    const driver = this.#driver ?? ((await loadMysql()) as MysqlDriver<Connection>);
    const identity = identityOf(this.#identity);
    signal.throwIfAborted();
    const config = identity === undefined ? this.#config : identified(this.#config, identity);
    const connect = () => startConnection(driver, config);
    const core = connect();
    const { stream } = core;
    core.on('error', lost);
    stream.on('close', lost);
    const closed = ended(core);
    const abort = () => stream.destroy();
    signal.addEventListener('abort', abort);
    try {
      await connected(core);
      const connection = core.promise();
      await admit(connection, identity);
      this.#sessions.set(connection, { core, connect, ended: closed, isSettled: false });
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

  /** Called again, by whoever lost patience, it is the same end. */
  destroy(connection: Connection): Promise<void> {
    const session = this.#sessions.get(connection)!;
    session.destroyed ??= this.#destroy(session, this.isBusy(connection));
    return session.destroyed;
  }

  async #destroy({ core, connect, ended }: Session, isBusy: boolean): Promise<void> {
    // The driver's own `destroy` waits for a server that may hang, and leaves whoever waits for a query without an answer.
    core.stream.destroy();
    await ended;
    if (isBusy && core.threadId !== null) await this.#killer.kill(connect, core.threadId);
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
    return connection.query('ROLLBACK').then(hasNothingOpen);
  }

  isBusy(connection: Connection): boolean {
    return Boolean(this.#sessions.get(connection)!.core._command);
  }

  /** Runs a statement on the borrowed connection, which is refused after the release. */
  async query(lent: Connection, sql: string, values?: unknown): Promise<MysqlResult> {
    const answer = await lent.query(sql, values);
    this.#sessions.get(unguarded(lent))!.isSettled = hasNothingOpen(answer);
    return answer;
  }

  async transact<T>(
    lent: Connection,
    begin: readonly string[],
    fn: (lent: Connection) => Promise<T>,
  ): Promise<T> {
    const connection = unguarded(lent);
    for (const statement of begin) await lent.query(statement);
    let result: T;
    try {
      result = await fn(lent);
    } catch (error) {
      // A statement that still runs may run for long: then the release waits for it, or ends the session.
      if (!this.isBusy(connection)) await this.query(connection, 'ROLLBACK').catch(() => {});
      throw error;
    }
    await expectTransaction(lent);
    await this.query(lent, 'COMMIT');
    return result;
  }
}

/**
 * The incarnation comes first and the user's own attributes last: what is beyond the server's limit is cut off, and a session
 * without its incarnation could not be fenced.
 */
function identified(
  config: Readonly<Record<string, unknown>>,
  { name, incarnation }: ClientIdentity,
): Readonly<Record<string, unknown>> {
  const own = { [attributes.incarnation]: incarnation, [attributes.client]: cut(name, mostNameBytes) };
  const others = config.connectAttributes as Readonly<Record<string, unknown>> | undefined;
  return { ...config, connectAttributes: { ...own, ...others, ...own } };
}

/** As many whole characters as fit in `bytes` bytes of UTF-8. */
function cut(text: string, bytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}

/** Refuses a session whose incarnation was fenced, and has every other commit by itself, whatever the server's default is. */
async function admit(connection: MysqlConnection, identity: ClientIdentity | undefined): Promise<void> {
  const { commits, isFenced } = await readSessionState(connection, identity?.incarnation);
  if (isFenced)
    throw new PoolError(
      'POOL_FENCED',
      `${identity!.name} was fenced: its sessions were ended, and others are refused`,
    );
  if (!commits) await connection.query('SET autocommit = 1');
}

/**
 * A deadlock rolls the whole transaction back, not the statement alone. Where `fn` went on after it, COMMIT would succeed with
 * nothing of what came before: the status tells, and an answer of rows does not carry it.
 */
async function expectTransaction(connection: MysqlConnection): Promise<void> {
  const [{ serverStatus }] = await connection.query('DO 0');
  if (serverStatus & inTransaction) return;
  throw new PoolError(
    'POOL_TRANSACTION_ABORTED',
    'The transaction was over before its COMMIT: a statement had failed and rolled it back, or one had committed it',
  );
}

/**
 * Whether a session is in no transaction after an answer and will commit by itself. Rows carry no status, but a session
 * that commits by itself stays so while it selects; several answers at once, as of a procedure, say nothing for sure.
 */
function hasNothingOpen([rows, fields]: MysqlResult): boolean {
  if (!Array.isArray(rows)) return (rows.serverStatus & (inTransaction | autocommit)) === autocommit;
  return Array.isArray(fields) && !fields.some((field) => field === undefined || Array.isArray(field));
}
