import { type Clock, expectNumber, messageOf, sleep, systemClock, within } from '@inkwire/base';
import { type ClientIdentity, identityOf } from '../client-identity.ts';
import { PoolError } from '../errors.ts';
import { sessionPrefix } from './application-name.ts';
import { configOf, loadPg, named, type PgClient, type PgConnectionOptions, type PgDriver } from './driver.ts';
import { rememberFenced } from './fenced-table.ts';

/** The connection of a fence, and how long it may take. */
export interface PgFenceOptions {
  /**
   * The role that fences, in the clients' database: one that may `pg_terminate_backend` their sessions, and create the schema
   * `inkwire` or insert into its table `fenced`; best one with reserved slots.
   */
  readonly connection: PgConnectionOptions;
  readonly driver?: PgDriver;
  /**
   * The time for connecting, and then for the sessions to end before those left are counted; all of it takes at most
   * twice that. Default 5,000, at least 1.
   */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

const pollMs = 10;

/**
 * Ends the sessions of one incarnation of a client in PostgreSQL, and prevents new ones. First it writes the incarnation into
 * a table, which every session of a client reads before it is used. Then it terminates the sessions until there are none.
 * Resolves with the number of sessions that are still open after `timeoutMs`. Rejects with `POOL_FENCE_FAILED`, also when the
 * client has sessions in another database than the fence's, because they read the table there.
 */
export function createPgFence(options: PgFenceOptions): (client: ClientIdentity) => Promise<number> {
  const { clock = systemClock } = options;
  const timeoutMs = expectNumber('timeoutMs', options.timeoutMs ?? 5_000, { min: 1 });
  const config = named(configOf(options.connection), 'inkwire fence');
  return async (identity) => {
    identityOf(identity);
    const { Client } = options.driver ?? (await loadPg());
    const session = new Client(config);
    session.on('error', () => {});
    const fence = async () => {
      await within(session.connect(), { timeoutMs }, clock);
      await rememberFenced(session, identity.name, identity.incarnation);
      const left = await terminate(session, identity.incarnation, timeoutMs, clock);
      await session.end();
      return left;
    };
    try {
      return await within(fence(), { timeoutMs: 2 * timeoutMs }, clock);
    } catch (cause) {
      session.connection.stream.destroy();
      const message = `The sessions of ${identity.name} could not be ended: ${messageOf(cause)}`;
      throw new PoolError('POOL_FENCE_FAILED', message, { cause, retryable: true });
    }
  };
}

/** Those in another database are found, and left alone. */
const endSessions = `
  SELECT datname <> current_database() AS "isElsewhere",
    CASE WHEN datname = current_database() THEN pg_terminate_backend(pid) END
  FROM pg_stat_activity WHERE starts_with(application_name, $1)`;

async function terminate(
  session: PgClient,
  incarnation: string,
  timeoutMs: number,
  clock: Clock,
): Promise<number> {
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const { rows } = await session.query(endSessions, [sessionPrefix(incarnation)]);
    if (rows.some(({ isElsewhere }) => isElsewhere))
      throw new Error('The client has sessions in another database: fence and clients must use the same one');
    if (rows.length === 0 || clock.monotonic() >= deadline) return rows.length;
    await sleep(pollMs, { clock });
  }
}
