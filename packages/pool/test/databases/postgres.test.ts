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
  const connection = url ?? '';
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
    await observer.query('DROP SCHEMA IF EXISTS inkwire CASCADE');
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
    fence: createPgFence({ connection, timeoutMs: 600_000 }),
    begin: 'BEGIN',
    whichSession: 'SELECT pg_backend_pid() AS id',
    sleep: 'SELECT pg_sleep(3600)',
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
    const query = lease.connection.query('SELECT pg_sleep(3600)').catch(() => {});
    lease.destroy();
    await query;
    await expect.poll(() => sessionsOf(client.incarnation)).toBe(0);
  });

  test('one is gone too that the server had not let read its query when it was cancelled', async () => {
    const client = { name: 'delayed', incarnation: `delayed-${process.pid}` };
    await using pool = createPgPool({ connection, client });
    const lease = await pool.acquire();
    const [{ id }] = (await lease.connection.query('SELECT pg_backend_pid() AS id')).rows;
    process.kill(id, 'SIGSTOP');
    const query = lease.connection.query('SELECT pg_sleep(3600)').catch(() => {});
    lease.destroy();
    await query;
    await expect.poll(() => pool.stats().total).toBe(0);
    process.kill(id, 'SIGCONT');
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

  const identityOf = (name: string) => ({ name, incarnation: `${name}-${process.pid}-${Date.now()}` });

  test('an application name that hides in the URL is found at the server, and the session refused', async () => {
    const client = identityOf('hidden');
    await using pool = createPgPool({ connection: `${connection}?application_name=mine`, client });
    await pool.query('SELECT 1');
    expect(await sessionsOf(client.incarnation)).toBe(1);
    await using hiding = createPgPool({ connection: `${connection}?application%5Fname=mine`, client });
    await expect(hiding.query('SELECT 1')).rejects.toMatchObject({
      code: 'POOL_CONNECT_FAILED',
      retryable: false,
      message: expect.stringContaining('knows the session as `mine`'),
    });
  });

  describe('a role that is not the fence’s', () => {
    const superuser = connection.replace('app@', 'postgres@');
    const stranger = connection.replace('app@', 'stranger@');
    const run = (...statements: string[]) =>
      observer.use(async () => {
        await using pool = createPgPool({ connection: superuser, limits: { min: 0, max: 1 } });
        for (const statement of statements) await pool.query(statement);
      });
    beforeAll(() => run('CREATE ROLE stranger LOGIN', 'CREATE DATABASE other'));
    afterAll(() => run('DROP ROLE stranger', 'DROP DATABASE other WITH (FORCE)'));

    test('sees who is fenced, whatever its search path', async () => {
      const client = identityOf('stranger');
      const options = '-c search_path=nowhere';
      await using pool = createPgPool({ connection: { connectionString: stranger, options }, client });
      await pool.query('SELECT 1');
      await createPgFence({ connection: superuser })(client);
      await expect.poll(() => pool.stats().total).toBe(0);
      await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'POOL_FENCED' });
    });

    test('is refused where it may not look', async () => {
      const client = identityOf('stranger');
      await createPgFence({ connection })(identityOf('nobody'));
      await run('REVOKE USAGE ON SCHEMA inkwire FROM PUBLIC');
      await using pool = createPgPool({ connection: stranger, client, breakerAfter: 1 });
      await expect(pool.query('SELECT 1')).rejects.toMatchObject({ cause: { code: '42501' } });
      await run('GRANT USAGE ON SCHEMA inkwire TO PUBLIC');
      await using looking = createPgPool({ connection: stranger, client });
      await looking.query('SELECT 1');
    });

    test('fences with no right but to insert, where the table was made for it', async () => {
      await createPgFence({ connection })(identityOf('nobody'));
      await run('GRANT INSERT ON inkwire.fenced TO stranger');
      const client = identityOf('stranger');
      await using pool = createPgPool({ connection: stranger, client });
      await pool.query('SELECT 1');
      expect(await createPgFence({ connection: stranger, timeoutMs: 600_000 })(client)).toBe(0);
      expect(await sessionsOf(client.incarnation)).toBe(0);
      await run('REVOKE INSERT ON inkwire.fenced FROM stranger');
    });

    test('is not fenced from another database', async () => {
      const client = identityOf('elsewhere');
      await using pool = createPgPool({ connection: superuser.replace(/app$/, 'other'), client });
      await pool.query('SELECT 1');
      await expect(createPgFence({ connection: superuser })(client)).rejects.toMatchObject({
        code: 'POOL_FENCE_FAILED',
        message: expect.stringContaining('fence and clients must use the same'),
      });
      expect(await sessionsOf(client.incarnation)).toBe(1);
    });
  });

  test('a database or a role that is not there is told at the first attempt', async () => {
    for (const [url, code] of [
      [connection.replace(/app$/, 'nowhere'), '3D000'],
      [connection.replace('app@', 'nobody@'), '28000'],
    ] as const) {
      await using pool = createPgPool({ connection: url });
      await expect(pool.query('SELECT 1')).rejects.toMatchObject({ retryable: false, cause: { code } });
      expect(pool.stats().failures).toBe(1);
    }
  });

  test('a query may be given as the driver takes it whole', async () => {
    await using pool = createPgPool({ connection });
    const { rows, fields } = await pool.query<[number]>(
      { name: 'one', text: 'SELECT $1::int AS one', rowMode: 'array' },
      [1],
    );
    expect([rows, fields[0]!.name]).toEqual([[[1]], 'one']);
  });
});
