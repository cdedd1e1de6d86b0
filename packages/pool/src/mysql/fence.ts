import { type Clock, expectNumber, messageOf, sleep, systemClock, within } from '@inkwire/base';
import { type ClientIdentity, identityOf } from '../client-identity.ts';
import { PoolError } from '../errors.ts';
import {
  ask,
  configOf,
  connected,
  errnoOf,
  loadMysql,
  type MysqlConnection,
  type MysqlConnectionOptions,
  type MysqlDriver,
  startConnection,
} from './driver.ts';
import { rememberFenced } from './fenced-table.ts';
import { attributes } from './sessions.ts';

/** The connection of a fence, and how long it may take. */
export interface MysqlFenceOptions {
  /**
   * The user who fences, in the schema that the clients' connections name: one who may create a table there, read
   * `performance_schema` and KILL the clients' connections.
   */
  readonly connection: MysqlConnectionOptions;
  readonly driver?: MysqlDriver;
  /**
   * The time for connecting, and then for the sessions to end before those left are counted; all of it takes at most
   * twice that. Default 5,000, at least 1.
   */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

const pollMs = 10;
const noSuchThread = 1094;

/**
 * Ends the sessions of one incarnation of a client in MySQL or MariaDB, and prevents new ones. First it writes the incarnation
 * into a table, which every session of a client reads before it is used. Then it kills the sessions until there are none.
 * Resolves with the number of sessions that are still open after `timeoutMs`. Rejects with `POOL_FENCE_FAILED`: also when the
 * server was started without its performance schema (MariaDB's default), which alone knows the client of a session; and when
 * a session is in another schema than the fence, because it reads the table there. A client with an identity must not `USE`
 * another schema.
 */
export function createMysqlFence(options: MysqlFenceOptions): (client: ClientIdentity) => Promise<number> {
  const { clock = systemClock } = options;
  const timeoutMs = expectNumber('timeoutMs', options.timeoutMs ?? 5_000, { min: 1 });
  const config = configOf(options.connection);
  return async (identity) => {
    identityOf(identity);
    const driver = options.driver ?? (await loadMysql());
    const core = startConnection(driver, config);
    core.on('error', () => {});
    const fence = async () => {
      await within(connected(core), { timeoutMs }, clock);
      const session = core.promise();
      await expectPerformanceSchema(session);
      await rememberFenced(session, identity.name, identity.incarnation);
      return kill(session, identity.incarnation, timeoutMs, clock);
    };
    try {
      return await within(fence(), { timeoutMs: 2 * timeoutMs }, clock);
    } catch (cause) {
      const message = `The sessions of ${identity.name} could not be ended: ${messageOf(cause)}`;
      throw new PoolError('POOL_FENCE_FAILED', message, { cause, retryable: true });
    } finally {
      core.stream.destroy();
    }
  };
}

async function expectPerformanceSchema(session: MysqlConnection): Promise<void> {
  const [seen] = await ask(session, 'SELECT @@performance_schema AS isOn');
  if (Number(seen?.isOn) !== 1) throw new Error('The server runs without performance_schema');
}

const findSessions = `
  SELECT attribute.PROCESSLIST_ID AS id, thread.PROCESSLIST_DB <> DATABASE() AS isElsewhere
  FROM performance_schema.session_connect_attrs AS attribute
  LEFT JOIN performance_schema.threads AS thread ON thread.PROCESSLIST_ID = attribute.PROCESSLIST_ID
  WHERE attribute.ATTR_NAME = ? AND attribute.ATTR_VALUE = ?`;

async function kill(
  session: MysqlConnection,
  incarnation: string,
  timeoutMs: number,
  clock: Clock,
): Promise<number> {
  const deadline = clock.monotonic() + timeoutMs;
  for (;;) {
    const found = await ask(session, findSessions, [attributes.incarnation, incarnation]);
    if (found.some(({ isElsewhere }) => Number(isElsewhere ?? 0) !== 0))
      throw new Error('The client has sessions in another schema: fence and clients must use the same one');
    if (found.length === 0 || clock.monotonic() >= deadline) return found.length;
    for (const { id } of found)
      await session.query(`KILL CONNECTION ${Number(id)}`).catch((error) => {
        if (errnoOf(error) !== noSuchThread) throw error;
      });
    await sleep(pollMs, { clock });
  }
}
