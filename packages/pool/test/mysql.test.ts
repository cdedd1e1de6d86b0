import { expect, test } from 'vitest';
import { createMysqlFence, createMysqlPool } from '../src/mysql/index.ts';
import { fakeMysql } from './fake-mysql.ts';
import { FakeServer, ServerError } from './fake-server.ts';

const client = { name: 'orders', incarnation: 'abc' };

function createOn(server: FakeServer, options = {}) {
  return createMysqlPool({ connection: {}, driver: fakeMysql(server), ...options });
}

test('however many busy sessions are destroyed, they are killed over one connection', async () => {
  const server = new FakeServer();
  server.runsOn = true;
  const pool = createOn(server, { limits: { min: 0, max: 20 } });
  const leases = await Promise.all(Array.from({ length: 20 }, () => pool.acquire()));
  const queries = leases.map(({ connection }) => connection.query('SELECT SLEEP(60)').catch(() => {}));
  await pool.destroy();
  await Promise.all(queries);
  expect(server.most).toBe(21);
  expect(server.statements.filter((sql) => sql.startsWith('KILL'))).toHaveLength(20);
  expect(server.sessions.size).toBe(0);
});

test('a server too full to be told to kill is asked again, for as long as a close may take', async () => {
  const server = new FakeServer();
  server.runsOn = true;
  server.maxConnections = 1;
  const pool = createOn(server);
  const lease = await pool.acquire();
  const query = lease.connection.query('SELECT SLEEP(60)').catch(() => {});
  lease.destroy();
  await expect.poll(() => server.refused).toBeGreaterThan(1);
  expect(pool.stats().closing).toBe(1);
  server.maxConnections = 2;
  await pool.close();
  await query;
  expect(server.sessions.size).toBe(0);
});

test('a server that stays too full is given up, and the session with it', async () => {
  const server = new FakeServer();
  server.runsOn = true;
  server.maxConnections = 1;
  const pool = createOn(server, { closeTimeoutMs: 50 });
  const lease = await pool.acquire();
  const query = lease.connection.query('SELECT SLEEP(60)').catch(() => {});
  lease.destroy();
  await pool.close();
  await query;
  expect(server.refused).toBeGreaterThan(1);
});

test('the attributes that a fence looks for come before those that may be cut off', async () => {
  const server = new FakeServer();
  const name = 'ß'.repeat(40);
  const connectAttributes = { inkwire_incarnation: 'mine', other: 'x'.repeat(600) };
  await using pool = createOn(server, {
    connection: { connectAttributes },
    client: { name, incarnation: 'abc' },
  });
  await pool.query('SELECT 1');
  const [session] = server.sessions.values();
  expect(session!.name).toBe(`abc ${'ß'.repeat(32)} ${'x'.repeat(600)}`);
});

test('a session of a server that does not commit by itself is told to', async () => {
  for (const identity of [undefined, client]) {
    const server = new FakeServer();
    server.fenced = new Set();
    server.commitsByItself = false;
    await using pool = createOn(server, { client: identity });
    await pool.query('INSERT INTO inkwire_contract VALUES (1)');
    expect(server.rows).toEqual([1]);
    expect(server.statements).toEqual([
      expect.stringMatching(/^SELECT @@autocommit/),
      'SET autocommit = 1',
      'INSERT INTO inkwire_contract VALUES (1)',
    ]);
    expect(pool.stats()).toMatchObject({ opened: 1, idle: 1 });
  }
});

test('a transaction that a deadlock has rolled back is not committed, though its holder went on', async () => {
  const server = new FakeServer();
  await using pool = createOn(server, { limits: { min: 0, max: 1 } });
  const ignoring = pool.transaction(async (connection) => {
    await connection.query('INSERT INTO inkwire_contract VALUES (1)');
    await connection.query('DEADLOCK').catch(() => {});
  });
  await expect(ignoring).rejects.toMatchObject({ code: 'POOL_TRANSACTION_ABORTED', retryable: false });
  expect(server.rows).toEqual([]);
  expect(server.statements).not.toContain('COMMIT');
  await pool.transaction((connection) => connection.query('INSERT INTO inkwire_contract VALUES (2)'));
  expect(server.rows).toEqual([2]);
});

test('a client’s sessions in another schema than the fence’s are told', async () => {
  const server = new FakeServer();
  server.connect('abc orders', () => {}).isElsewhere = true;
  await expect(createMysqlFence({ connection: {}, driver: fakeMysql(server) })(client)).rejects.toMatchObject(
    { code: 'POOL_FENCE_FAILED', message: expect.stringContaining('fence and clients must use the same') },
  );
});

test.each([1044, 1045, 1049])(
  'what trying again does not change (%i) is told at the first attempt',
  async (errno) => {
    const server = new FakeServer();
    server.refusal = new ServerError('no', '', errno);
    await using pool = createOn(server);
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ retryable: false, cause: { errno } });
    expect(pool.stats().failures).toBe(1);
  },
);

test('a pool without a connection, or with an identity that is none, is not made', () => {
  expect(() => createMysqlPool({ connection: undefined as unknown as string })).toThrow(
    new TypeError('Expected `connection` to be a URL or an object, got `undefined`'),
  );
  expect(() => createMysqlFence({ connection: null as unknown as string })).toThrow('Expected `connection`');
  expect(() => createMysqlPool({ connection: {}, client: { name: 'orders', incarnation: 'a/b' } })).toThrow(
    RangeError,
  );
});
