import { createManualClock } from '@inkwire/base';
import { describe, expect, test } from 'vitest';
import { createMysqlFence, createMysqlPool } from '../src/mysql/index.ts';
import { createPgFence, createPgPool } from '../src/pg/index.ts';
import { type ContractDatabase, describeAdapter } from './contract.ts';
import { codeOf, settled } from './fake-database.ts';
import { fakeMysql } from './fake-mysql.ts';
import { fakePg } from './fake-pg.ts';
import { FakeServer } from './fake-server.ts';

function fakeDatabase(server: FakeServer) {
  return {
    whichSession: 'SELECT session AS id',
    kill: async (session: number) => server.sessions.get(session)!.end(),
    sessions: async (incarnation: string) => server.of(incarnation).length,
    committed: async () => [...server.rows].sort((a, b) => a - b),
    empty: async () => {
      server.rows = [];
    },
  };
}

function pgOn(server: FakeServer): ContractDatabase {
  const driver = fakePg(server);
  return {
    ...fakeDatabase(server),
    createPool: (options) => createPgPool({ connection: 'postgres://nowhere', driver, ...options }),
    fence: createPgFence({ connection: 'postgres://nowhere', driver }),
    begin: 'BEGIN',
    sleep: 'SELECT pg_sleep(3600)',
    rows: (answer) => (answer as { rows: Record<string, unknown>[] }).rows,
  };
}

function mysqlOn(server: FakeServer): ContractDatabase {
  const driver = fakeMysql(server);
  return {
    ...fakeDatabase(server),
    createPool: (options) => createMysqlPool({ connection: 'mysql://nowhere', driver, ...options }),
    fence: createMysqlFence({ connection: 'mysql://nowhere', driver }),
    begin: 'START TRANSACTION',
    sleep: 'SELECT SLEEP(3600)',
    rows: (answer) => (answer as [Record<string, unknown>[]])[0],
  };
}

describeAdapter('the PostgreSQL adapter on a fake driver', () => pgOn(new FakeServer()));
describeAdapter('the MySQL adapter on a fake driver', () => mysqlOn(new FakeServer()));

describe.each([
  ['PostgreSQL', pgOn],
  ['MySQL', mysqlOn],
])('%s', (_name, on) => {
  test('a server that is full is asked again, and nobody who waits hears of it', async () => {
    const server = new FakeServer();
    server.maxConnections = 1;
    const [others, pool] = [on(server).createPool({}), on(server).createPool({})];
    const held = await others.acquire();
    const waiting = pool.query('SELECT 1');
    await expect.poll(() => server.refused).toBeGreaterThan(2);
    held.destroy();
    await waiting;
    expect(pool.stats()).toMatchObject({ failures: 0, opened: 1 });
    expect(pool.stats().full).toBe(server.refused);
    await Promise.all([others.close(), pool.close()]);
  });

  test('an incarnation that a session could not carry is refused, at once where it is given at once', async () => {
    const { createPool } = on(new FakeServer());
    for (const incarnation of [`${'x'.repeat(41)}`, '', 'a/b', 'a b']) {
      const client = { name: 'orders', incarnation };
      expect(() => createPool({ client })).toThrow(RangeError);
      const pool = createPool({ client: () => client, breakerAfter: 1 });
      await expect(pool.query('SELECT 1')).rejects.toMatchObject({ cause: expect.any(RangeError) });
      await pool.close();
    }
  });
});

describe('PostgreSQL', () => {
  test('a plain query on a clean connection costs no round trip more', async () => {
    const server = new FakeServer();
    const pool = pgOn(server).createPool({});
    await pool.query('SELECT 1');
    await pool.use((connection) => connection.query('SELECT 1'));
    expect(server.statements).toEqual(['SELECT 1', 'SELECT 1']);
    await pool.close();
  });

  test('a transaction whose failed statement was ignored is told, for the database does not commit it', async () => {
    const server = new FakeServer();
    const pool = pgOn(server).createPool({});
    const ignoring = pool.transaction(async (connection) => {
      await connection.query('INSERT INTO inkwire_contract VALUES (1)');
      await connection.query('NO SUCH STATEMENT').catch(() => {});
    });
    expect(await codeOf(ignoring)).toBe('POOL_TRANSACTION_ABORTED');
    expect(server.rows).toEqual([]);
    await pool.close();
  });

  test('transactions begin as they are asked to', async () => {
    const server = new FakeServer();
    const pool = createPgPool({ connection: {}, driver: fakePg(server) });
    await pool.transaction(async () => {}, { isolation: 'serializable', readOnly: true });
    expect(server.statements).toEqual(['BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY', 'COMMIT']);
    await expect(pool.transaction(async () => {}, { isolation: 'none' as 'serializable' })).rejects.toThrow(
      'Expected `isolation` to be one of',
    );
    await pool.close();
  });

  test('the application name is what PostgreSQL keeps of it', async () => {
    const server = new FakeServer();
    const client = { name: `Größe ${'x'.repeat(100)}`, incarnation: 'abc' };
    const pool = pgOn(server).createPool({ client });
    await pool.query('SELECT 1');
    const [{ name } = { name: '' }] = server.sessions.values();
    expect(name.startsWith('inkwire/abc/Gr??e xxx')).toBe(true);
    expect(name).toHaveLength(63);
    await pool.close();
  });
});

describe('MySQL', () => {
  test('only what may have left something open costs a ROLLBACK', async () => {
    const server = new FakeServer();
    const pool = mysqlOn(server).createPool({});
    await pool.query('SELECT 1');
    await pool.query('INSERT INTO inkwire_contract VALUES (1)');
    await pool.transaction(async () => {});
    expect(server.statements).not.toContain('ROLLBACK');
    await pool.use(async () => {});
    await pool.close();
    expect(server.statements.at(-1)).toBe('ROLLBACK');
  });

  test('a session that no longer commits by itself is not used again', async () => {
    const server = new FakeServer();
    const pool = mysqlOn(server).createPool({ limits: { min: 0, max: 1 } });
    await pool.query('SET autocommit = 0');
    await pool.query('INSERT INTO inkwire_contract VALUES (1)');
    expect(server.rows).toEqual([1]);
    expect(pool.stats()).toMatchObject({ opened: 2, lost: 1 });
    await pool.close();
  });

  test('transactions begin as they are asked to', async () => {
    const server = new FakeServer();
    const pool = createMysqlPool({ connection: {}, driver: fakeMysql(server) });
    await pool.transaction(async () => {}, { isolation: 'read committed', readOnly: false }).catch(() => {});
    expect(server.statements[1]).toBe('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await pool.transaction(async () => {}, { readOnly: true });
    expect(server.statements).toContain('START TRANSACTION READ ONLY');
    await pool.close();
  });
});

test('a fence whose time is over tells how many sessions are left', async () => {
  const server = new FakeServer();
  const clock = createManualClock();
  const stubborn = server.connect('inkwire/abc/', () => {});
  stubborn.end = () => {};
  const fence = createPgFence({ connection: {}, driver: fakePg(server), timeoutMs: 100, clock });
  let left: number | undefined;
  const fencing = fence({ name: 'orders', incarnation: 'abc' }).then((count) => (left = count));
  while (left === undefined) {
    await settled();
    clock.advance(10);
  }
  await fencing;
  expect(left).toBe(1);
});

test('a fence that cannot connect says so with a code, and may be tried again', async () => {
  const server = new FakeServer();
  server.maxConnections = 0;
  for (const fence of [
    createPgFence({ connection: {}, driver: fakePg(server) }),
    createMysqlFence({ connection: {}, driver: fakeMysql(server) }),
  ])
    await expect(fence({ name: 'orders', incarnation: 'abc' })).rejects.toMatchObject({
      code: 'POOL_FENCE_FAILED',
      retryable: true,
    });
});
