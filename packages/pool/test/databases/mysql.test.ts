import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createMysqlFence,
  createMysqlPool,
  type MysqlDriver,
  type MysqlPool,
} from '../../src/mysql/index.ts';
import { describeAdapter } from '../contract.ts';

const url = process.env.INKWIRE_TEST_MYSQL;
if (!url)
  console.log(
    'MySQL: skipped, INKWIRE_TEST_MYSQL names no database (node test/databases/run.mjs starts one)',
  );

describe.runIf(url)('on a real MySQL or MariaDB', () => {
  const connection = url ?? '';
  let observer: MysqlPool;

  beforeAll(async () => {
    observer = createMysqlPool({ connection, limits: { min: 0, max: 1 } });
    await observer.query('CREATE TABLE IF NOT EXISTS inkwire_contract (id integer) ENGINE = InnoDB');
  });
  afterAll(async () => {
    await observer.query('DROP TABLE inkwire_contract');
    await observer.query('DROP TABLE IF EXISTS inkwire_fenced');
    await observer.close();
  });

  describeAdapter('the MySQL adapter', () => ({
    createPool: (options) => createMysqlPool({ connection, ...options }),
    fence: createMysqlFence({ connection, timeoutMs: 600_000 }),
    begin: 'START TRANSACTION',
    whichSession: 'SELECT CONNECTION_ID() AS id',
    sleep: 'SELECT SLEEP(3600)',
    rows: (answer) => (answer as [Record<string, unknown>[]])[0],
    kill: async (session) => void (await observer.query(`KILL CONNECTION ${session}`)),
    sessions: async (incarnation) => {
      const [rows] = await observer.query(
        'SELECT COUNT(*) AS count FROM performance_schema.session_connect_attrs WHERE ATTR_NAME = ? AND ATTR_VALUE = ?',
        ['inkwire_incarnation', incarnation],
      );
      return Number(rows[0].count);
    },
    committed: async () => {
      const [rows] = await observer.query('SELECT id FROM inkwire_contract ORDER BY id');
      return rows.map(({ id }: { readonly id: number }) => id);
    },
    empty: async () => void (await observer.query('DELETE FROM inkwire_contract')),
  }));

  test('a session that no longer commits by itself is not used again', async () => {
    await using pool = createMysqlPool({ connection, limits: { min: 0, max: 1 } });
    await pool.query('SET autocommit = 0');
    const [rows] = await pool.query('SELECT @@autocommit AS isOn');
    expect(rows[0].isOn).toBe(1);
    expect(pool.stats()).toMatchObject({ opened: 2, lost: 1 });
    await pool.use((session) => session.query('SET autocommit = 0'));
    expect((await pool.query('SELECT @@autocommit AS isOn'))[0][0].isOn).toBe(1);
  });

  test('a session that is destroyed in mid-query is gone at the server too, for it is killed', async () => {
    await using pool = createMysqlPool({ connection });
    const lease = await pool.acquire();
    const [[{ id }]] = await lease.connection.query('SELECT CONNECTION_ID() AS id');
    const query = lease.connection.query('SELECT SLEEP(3600)').catch(() => {});
    lease.destroy();
    await query;
    const isThere = async () => {
      const [rows] = await observer.query('SELECT 1 FROM information_schema.processlist WHERE id = ?', [id]);
      return rows.length;
    };
    await expect.poll(isThere).toBe(0);
  });

  test('a driver may be passed in', async () => {
    const driver = createRequire(import.meta.url)('mysql2') as MysqlDriver;
    await using pool = createMysqlPool({ connection: { uri: connection, dateStrings: true }, driver });
    expect((await pool.query('SELECT ? AS one', [1]))[0]).toEqual([{ one: 1 }]);
  });

  test('transactions are as isolated as they are asked to be', async () => {
    await using pool = createMysqlPool({ connection });
    const writing = pool.transaction((session) => session.query('DELETE FROM inkwire_contract'), {
      readOnly: true,
    });
    await expect(writing).rejects.toMatchObject({ errno: 1792 });
    await pool.transaction((session) => session.query('DELETE FROM inkwire_contract'), {
      isolation: 'read uncommitted',
    });
  });

  test('busy sessions that are destroyed together are killed over one connection, and gone', async () => {
    const counted = async (name: string) =>
      Number((await observer.query(`SHOW GLOBAL STATUS LIKE '${name}'`))[0][0].Value);
    const pool = createMysqlPool({ connection, limits: { min: 0, max: 20 } });
    const leases = await Promise.all(Array.from({ length: 20 }, () => pool.acquire()));
    const queries = leases.map((lease) => lease.connection.query('SELECT SLEEP(3600)').catch(() => {}));
    const before = await counted('Connections');
    await pool.destroy();
    await Promise.all(queries);
    // Those whose sockets close later are killed over a second one.
    expect((await counted('Connections')) - before).toBeLessThanOrEqual(2);
    await expect.poll(() => counted('Threads_connected')).toBe(1);
  });

  test('the incarnation arrives, however long the name and the attributes of others', async () => {
    const client = { name: 'ß'.repeat(100), incarnation: `long-${process.pid}` };
    const connectAttributes = { other: 'x'.repeat(600) };
    await using pool = createMysqlPool({ connection: { uri: connection, connectAttributes }, client });
    await pool.query('SELECT 1');
    const [rows] = await observer.query(
      'SELECT ATTR_VALUE AS value FROM performance_schema.session_connect_attrs WHERE ATTR_NAME LIKE ? ORDER BY 1',
      ['inkwire%'],
    );
    expect(rows).toEqual([{ value: client.incarnation }, { value: 'ß'.repeat(32) }]);
  });

  test('a session of a server that does not commit by itself is told to', async () => {
    await using judge = createMysqlPool({ connection: connection.replace('app@', 'judge@') });
    await judge.query('SET GLOBAL autocommit = 0');
    try {
      await using pool = createMysqlPool({ connection: { uri: connection, rowsAsArray: true } });
      await pool.query('SELECT 1');
      expect((await pool.query('SELECT @@autocommit'))[0]).toEqual([[1]]);
      expect(pool.stats().opened).toBe(1);
    } finally {
      await judge.query('SET GLOBAL autocommit = 1');
    }
  });

  test('a client whose rows are made otherwise is fenced all the same', async () => {
    const client = { name: 'other', incarnation: `other-${process.pid}` };
    for (const options of [
      { rowsAsArray: true },
      { nestTables: true },
      { supportBigNumbers: true, bigNumberStrings: true },
    ]) {
      await using pool = createMysqlPool({ connection: { uri: connection, ...options }, client });
      const fence = createMysqlFence({ connection: { uri: connection, ...options } });
      await fence({ name: 'nobody', incarnation: 'nobody' });
      await (options.rowsAsArray ? pool.query('SELECT 1') : fence(client));
      await fence(client);
      await expect.poll(() => pool.stats().total).toBe(0);
      await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'POOL_FENCED' });
    }
  });

  test('a client in another schema than the fence’s is not fenced', async () => {
    const judge = connection.replace('app@', 'judge@');
    const client = { name: 'elsewhere', incarnation: `elsewhere-${process.pid}` };
    await using pool = createMysqlPool({ connection: judge.replace(/app$/, 'mysql'), client });
    await pool.query('SELECT 1');
    await expect(createMysqlFence({ connection: judge })(client)).rejects.toMatchObject({
      code: 'POOL_FENCE_FAILED',
      message: expect.stringContaining('fence and clients must use the same'),
    });
    await pool.query('SELECT 1');
    expect(pool.stats().opened).toBe(1);
  });

  test('a transaction that a deadlock has rolled back is not committed, though its holder went on', async () => {
    await using pool = createMysqlPool({ connection });
    await pool.query('CREATE TABLE inkwire_locks (id integer PRIMARY KEY) ENGINE = InnoDB');
    await pool.query('INSERT INTO inkwire_locks VALUES (1), (2)');
    const lock = 'SELECT id FROM inkwire_locks WHERE id = ? FOR UPDATE';
    let held = () => {};
    const others = new Promise<void>((resolve) => (held = resolve));
    let left = 2;
    const both = [1, 2].map((id) =>
      pool.transaction(async (session) => {
        await session.query(lock, [id]);
        if (--left === 0) held();
        await others;
        await session.query(lock, [3 - id]).catch(() => {});
      }),
    );
    const results = await Promise.allSettled(both);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'POOL_TRANSACTION_ABORTED' },
    });
    await pool.query('DROP TABLE inkwire_locks');
  });

  test('a schema or a user that is not there is told at the first attempt', async () => {
    for (const url of [connection.replace(/app$/, 'nowhere'), connection.replace('app@', 'nobody@')]) {
      await using pool = createMysqlPool({ connection: url });
      await expect(pool.query('SELECT 1')).rejects.toMatchObject({ retryable: false });
      expect(pool.stats().failures).toBe(1);
    }
  });
});
