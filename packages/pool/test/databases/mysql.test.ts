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
  const connection = url!;
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
    fence: createMysqlFence({ connection }),
    begin: 'START TRANSACTION',
    whichSession: 'SELECT CONNECTION_ID() AS id',
    sleep: 'SELECT SLEEP(60)',
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
    const query = lease.connection.query('SELECT SLEEP(60)').catch(() => {});
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
});
