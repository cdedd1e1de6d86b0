import { type ClientIdentitySource, identityOf } from '../client-identity.ts';
import { PoolError } from '../errors.ts';
import type { OpenContext } from '../pool/options.ts';
import { applicationName } from './application-name.ts';
import { cancelQuery } from './cancel.ts';
import { configOf, loadPg, type PgClient, type PgConnectionOptions, type PgDriver } from './driver.ts';
import { isFenced } from './fenced-table.ts';

export interface PgSessionsOptions<Client extends PgClient> {
  readonly connection: PgConnectionOptions;
  readonly client?: ClientIdentitySource | undefined;
  readonly driver?: PgDriver<Client> | undefined;
}

/** Opens, judges and ends sessions: what a pool asks of PostgreSQL. */
export class PgSessions<Client extends PgClient> {
  readonly #options: PgSessionsOptions<Client>;
  readonly #ended = new WeakMap<Client, Promise<void>>();

  constructor(options: PgSessionsOptions<Client>) {
    this.#options = options;
  }

  async open({ signal, lost }: OpenContext): Promise<Client> {
    const driver = this.#options.driver ?? ((await loadPg()) as PgDriver<Client>);
    const identity = identityOf(this.#options.client);
    signal.throwIfAborted();
    const config = configOf(this.#options.connection);
    const client = new driver.Client(
      identity === undefined ? config : { ...config, application_name: applicationName(identity) },
    );
    this.#ended.set(client, new Promise((resolve) => client.on('end', () => resolve())));
    client.on('end', lost);
    client.on('error', lost);
    const abort = () => client.connection.stream.destroy();
    signal.addEventListener('abort', abort);
    try {
      await client.connect();
      if (identity !== undefined && (await isFenced(client, identity.incarnation)))
        throw fencedError(identity.name);
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

  async transact<T>(client: Client, begin: string, fn: (client: Client) => Promise<T>): Promise<T> {
    await client.query(begin);
    let result: T;
    try {
      result = await fn(client);
    } catch (error) {
      // A query that still runs may run for long: then the release waits for it, or ends the session.
      if (!this.isBusy(client)) await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
    const { command } = await client.query('COMMIT');
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

function fencedError(name: string): PoolError {
  return new PoolError('POOL_FENCED', `${name} was fenced: its sessions were ended, and others are refused`);
}

/** SQLSTATE `too_many_connections`, also said of the connections of a role or a database. */
export function isFull(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === '53300';
}
