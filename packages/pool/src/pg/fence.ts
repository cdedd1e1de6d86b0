import { type Clock, expectNumber, sleep, systemClock, within } from '@inkwire/base';
import { type ClientIdentity, identityOf } from '../client-identity.ts';
import { PoolError } from '../errors.ts';
import { sessionPrefix } from './application-name.ts';
import { configOf, loadPg, type PgClient, type PgConnectionOptions, type PgDriver } from './driver.ts';
import { rememberFenced } from './fenced-table.ts';

export interface PgFenceOptions {
  /** Who fences: a role that may create a table and `pg_terminate_backend` the clients' sessions, best one with reserved slots. */
  readonly connection: PgConnectionOptions;
  readonly driver?: PgDriver;
  /** How long connecting may take, and then the sessions to be gone before those left are counted. Default 5,000, at least 1. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

const pollMs = 10;

/**
 * Ends the sessions of one incarnation of a client in PostgreSQL, and keeps it from using others: first it is remembered as
 * fenced, which every session of it looks up before it is used; then its sessions are terminated until none is seen.
 * Resolves with how many are left after `timeoutMs`. Rejects with `POOL_FENCE_FAILED`.
 */
export function createPgFence(options: PgFenceOptions): (client: ClientIdentity) => Promise<number> {
  const { clock = systemClock } = options;
  const timeoutMs = expectNumber('timeoutMs', options.timeoutMs ?? 5_000, { min: 1 });
  return async (identity) => {
    identityOf(identity);
    const { Client } = options.driver ?? (await loadPg());
    const session = new Client({ ...configOf(options.connection), application_name: 'inkwire fence' });
    session.on('error', () => {});
    try {
      await within(session.connect(), { timeoutMs }, clock);
      await rememberFenced(session, identity.name, identity.incarnation);
      const left = await terminate(session, identity.incarnation, timeoutMs, clock);
      await session.end();
      return left;
    } catch (cause) {
      session.connection.stream.destroy();
      throw new PoolError('POOL_FENCE_FAILED', `The sessions of ${identity.name} could not be ended`, {
        cause,
        retryable: true,
      });
    }
  };
}

async function terminate(
  session: PgClient,
  incarnation: string,
  timeoutMs: number,
  clock: Clock,
): Promise<number> {
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const { rows } = await session.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE starts_with(application_name, $1)',
      [sessionPrefix(incarnation)],
    );
    if (rows.length === 0 || clock.monotonic() >= deadline) return rows.length;
    await sleep(pollMs, { clock });
  }
}
