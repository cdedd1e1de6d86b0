import { type Clock, expectNumber, sleep, systemClock, within } from '@inkwire/base';
import { type ClientIdentity, identityOf } from '../client-identity.ts';
import { PoolError } from '../errors.ts';
import {
  configOf,
  connected,
  loadMysql,
  type MysqlConnection,
  type MysqlConnectionOptions,
  type MysqlDriver,
  startConnection,
} from './driver.ts';
import { rememberFenced } from './fenced-table.ts';
import { attributes } from './sessions.ts';

export interface MysqlFenceOptions {
  /** Who fences: a user who may create a table in the clients' database, read `performance_schema` and KILL their connections. */
  readonly connection: MysqlConnectionOptions;
  readonly driver?: MysqlDriver;
  /** How long connecting may take, and then the sessions to be gone before those left are counted. Default 5,000, at least 1. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

const pollMs = 10;
const noSuchThread = 1094;

/**
 * Ends the sessions of one incarnation of a client in MySQL or MariaDB, and keeps it from using others: first it is
 * remembered as fenced, which every session of it looks up before it is used; then its sessions are killed until none is
 * seen. Resolves with how many are left after `timeoutMs`. Rejects with `POOL_FENCE_FAILED`, also when the server was
 * started without its performance schema (MariaDB's default), which alone knows whose a session is.
 */
export function createMysqlFence(options: MysqlFenceOptions): (client: ClientIdentity) => Promise<number> {
  const { clock = systemClock } = options;
  const timeoutMs = expectNumber('timeoutMs', options.timeoutMs ?? 5_000, { min: 1 });
  return async (identity) => {
    identityOf(identity);
    const driver = options.driver ?? (await loadMysql());
    const core = startConnection(driver, configOf(options.connection));
    core.on('error', () => {});
    try {
      await within(connected(core), { timeoutMs }, clock);
      const session = core.promise();
      await expectPerformanceSchema(session);
      await rememberFenced(session, identity.name, identity.incarnation);
      return await kill(session, identity.incarnation, timeoutMs, clock);
    } catch (cause) {
      throw new PoolError('POOL_FENCE_FAILED', `The sessions of ${identity.name} could not be ended`, {
        cause,
        retryable: true,
      });
    } finally {
      core.stream.destroy();
    }
  };
}

async function expectPerformanceSchema(session: MysqlConnection): Promise<void> {
  const [rows] = await session.query('SELECT @@performance_schema AS isOn');
  if (!rows[0].isOn) throw new Error('The server runs without performance_schema');
}

async function kill(
  session: MysqlConnection,
  incarnation: string,
  timeoutMs: number,
  clock: Clock,
): Promise<number> {
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const [rows] = await session.query(
      'SELECT PROCESSLIST_ID AS id FROM performance_schema.session_connect_attrs WHERE ATTR_NAME = ? AND ATTR_VALUE = ?',
      [attributes.incarnation, incarnation],
    );
    if (rows.length === 0 || clock.monotonic() >= deadline) return rows.length;
    for (const { id } of rows)
      await session.query(`KILL CONNECTION ${Number(id)}`).catch((error: { readonly errno?: unknown }) => {
        if (error.errno !== noSuchThread) throw error;
      });
    await sleep(pollMs, { clock });
  }
}
