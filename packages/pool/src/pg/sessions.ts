import { systemCode } from '@inkwire/base';
import {
  type ClientIdentity,
  type ClientIdentitySource,
  expectIdentity,
  identityOf,
} from '../client-identity.ts';
import { PoolError } from '../errors.ts';
import { unguarded } from '../guarded-connection.ts';
import { isNotRetryable, type OpenContext } from '../pool/options.ts';
import { applicationName, sessionPrefix } from './application-name.ts';
import { cancelQuery } from './cancel-query.ts';
import { configOf, loadPg, named, type PgClient, type PgConnectionOptions, type PgDriver } from './driver.ts';
import { readSessionState } from './fenced-table.ts';

export interface PgSessionsOptions<Client extends PgClient> {
  readonly connection: PgConnectionOptions;
  readonly client?: ClientIdentitySource | undefined;
  readonly driver?: PgDriver<Client> | undefined;
}

/** Opens, judges and ends sessions: what a pool asks of PostgreSQL. */
export class PgSessions<Client extends PgClient> {
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #identity: ClientIdentitySource | undefined;
  readonly #driver: PgDriver<Client> | undefined;
  readonly #ended = new WeakMap<Client, Promise<void>>();

  constructor({ connection, client, driver }: PgSessionsOptions<Client>) {
    this.#config = configOf(connection);
    this.#identity = expectIdentity(client);
    this.#driver = driver;
  }

  async open({ signal, lost }: OpenContext): Promise<Client> {
    const driver = this.#driver ?? ((await loadPg()) as PgDriver<Client>);
    const identity = identityOf(this.#identity);
    signal.throwIfAborted();
    const client = new driver.Client(
      identity === undefined ? { ...this.#config } : named(this.#config, applicationName(identity)),
    );
    this.#ended.set(client, new Promise((resolve) => client.on('end', () => resolve())));
    client.on('end', lost);
    client.on('error', lost);
    const abort = () => client.connection.stream.destroy();
    signal.addEventListener('abort', abort);
    try {
      await client.connect();
      if (identity !== undefined) await admit(client, identity);
      return client;
    } catch (error) {
      abort();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async close(client: Client): Promise<void> {
    await client.end();
    await this.#ended.get(client);
  }

  async destroy(client: Client): Promise<void> {
    const cancelled = this.isBusy(client) ? cancelQuery(client) : undefined;
    client.connection.stream.destroy();
    await this.#ended.get(client);
    await cancelled;
  }

  async check(client: Client): Promise<boolean> {
    await client.query('SELECT 1');
    return true;
  }

  /** A transaction that was left open is rolled back; a query that was not awaited has to end first. */
  reset(client: Client): boolean | Promise<boolean> {
    if (client.getTransactionStatus() === 'I' && !this.isBusy(client)) return true;
    return client.query('ROLLBACK').then(() => client.getTransactionStatus() === 'I');
  }

  /** Runs `fn` on the borrowed connection between two statements of ours, which are refused like its own once the lease is over. */
  async transact<T>(lent: Client, begin: string, fn: (lent: Client) => Promise<T>): Promise<T> {
    const client = unguarded(lent);
    await lent.query(begin);
    let result: T;
    try {
      result = await fn(lent);
    } catch (error) {
      // A query that still runs may run for long: then the release waits for it, or ends the session.
      if (!this.isBusy(client)) await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
    const { command } = await lent.query('COMMIT');
    if (command !== 'COMMIT')
      throw new PoolError(
        'POOL_TRANSACTION_ABORTED',
        'A statement of the transaction had failed: it was rolled back',
      );
    return result;
  }

  isBusy(client: Client): boolean {
    return client.readyForQuery === false;
  }
}

/** Refuses a session that a fence would not find, or whose incarnation was fenced. */
async function admit(client: PgClient, { name, incarnation }: ClientIdentity): Promise<void> {
  const seen = await readSessionState(client, incarnation);
  if (!seen.name.startsWith(sessionPrefix(incarnation)))
    throw new PoolError(
      'POOL_CONNECT_FAILED',
      `The server knows the session as \`${seen.name}\` and not by its identity: it could not be fenced`,
    );
  if (seen.isFenced)
    throw new PoolError('POOL_FENCED', `${name} was fenced: its sessions were ended, and others are refused`);
}

/** SQLSTATE `too_many_connections`, also said of the connections of a role or a database. */
export function isFull(error: unknown): boolean {
  return systemCode(error) === '53300';
}

/** SQLSTATE class 28, `invalid_authorization_specification`, and `invalid_catalog_name`; and what our own codes say is final. */
export function isPermanent(error: unknown): boolean {
  return isNotRetryable(error) || /^(28|3D000$)/.test(systemCode(error) ?? '');
}
