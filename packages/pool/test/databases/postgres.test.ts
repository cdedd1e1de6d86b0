import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPgFence, createPgPool, type PgDriver, type PgPool } from '../../src/pg/index.ts';
import { describeAdapter } from '../contract.ts';

const url = process.env.INKWIRE_TEST_POSTGRES;
if (!url)
  console.log(
    'PostgreSQL: skipped, INKWIRE_TEST_POSTGRES names no database (node test/databases/run.mjs starts one)',
  );

describe.runIf(url)('on a real PostgreSQL', () => {
  const connection = url!;
  let observer: PgPool;

  beforeAll(async () => {
    observer = createPgPool({
      connection,
      limits: { min: 0, max: 1 },
      client: { name: 'observer', incarnation: 'observer' },
    });
    await observer.query('CREATE TABLE IF NOT EXISTS inkwire_contract (id integer)');
  });
  afterAll(async () => {
    await observer.query('DROP TABLE inkwire_contract');
    await observer.query('DROP TABLE IF EXISTS inkwire_fenced');
    await observer.close();
  });

  const sessionsOf = async (incarnation: string): Promise<number> => {
    const { rows } = await observer.query(
      'SELECT count(*)::int AS count FROM pg_stat_activity WHERE starts_with(application_name, $1)',
      [`inkwire/${incarnation}/`],
    );
    return rows[0].count;
  };

  describeAdapter('the PostgreSQL adapter', () => ({
    createPool: (options) => createPgPool({ connection, ...options }),
    fence: createPgFence({ connection }),
    begin: 'BEGIN',
    whichSession: 'SELECT pg_backend_pid() AS id',
    sleep: 'SELECT pg_sleep(60)',
    rows: (answer) => (answer as { rows: Record<string, unknown>[] }).rows,
    kill: async (session) => void (await observer.query('SELECT pg_terminate_backend($1)', [session])),
    sessions: sessionsOf,
    committed: async () =>
      (await observer.query('SELECT id FROM inkwire_contract ORDER BY id')).rows.map(({ id }) => id),
    empty: async () => void (await observer.query('DELETE FROM inkwire_contract')),
  }));

  test('a session that is destroyed in mid-query is gone at the server too, for the query is cancelled', async () => {
    const client = { name: 'cancelled', incarnation: `cancelled-${process.pid}` };
    await using pool = createPgPool({ connection, client });
    const lease = await pool.acquire();
    const query = lease.connection.query('SELECT pg_sleep(60)').catch(() => {});
    await expect.poll(() => sessionsOf(client.incarnation)).toBe(1);
    lease.destroy();
    await query;
    await expect.poll(() => sessionsOf(client.incarnation)).toBe(0);
  });

  test('a driver may be passed in', async () => {
    const driver = createRequire(import.meta.url)('pg') as PgDriver;
    await using pool = createPgPool({ connection: { connectionString: connection }, driver });
    expect((await pool.query('SELECT $1::int AS one', [1])).rows).toEqual([{ one: 1 }]);
  });

  test('a transaction whose failed statement was ignored is told', async () => {
    await using pool = createPgPool({ connection });
    const ignoring = pool.transaction(async (session) => {
      await session.query('NO SUCH STATEMENT').catch(() => {});
    });
    await expect(ignoring).rejects.toMatchObject({ code: 'POOL_TRANSACTION_ABORTED' });
  });

  test('transactions are as isolated as they are asked to be', async () => {
    await using pool = createPgPool({ connection });
    const level = await pool.transaction(
      async (session) => (await session.query('SHOW transaction_isolation')).rows[0].transaction_isolation,
      { isolation: 'repeatable read', readOnly: true },
    );
    expect(level).toBe('repeatable read');
    const writing = pool.transaction((session) => session.query('DELETE FROM inkwire_contract'), {
      readOnly: true,
    });
    await expect(writing).rejects.toMatchObject({ code: '25006' });
  });
});
