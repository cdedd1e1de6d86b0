import { expect, test, vi } from 'vitest';
import { connectMariadb, startMariadb } from '../../bench/pool/servers/mariadb.ts';
import { startPgBouncer } from '../../bench/pool/servers/pgbouncer.ts';
import { connectPostgres, startPostgres } from '../../bench/pool/servers/postgres.ts';

test('a PostgreSQL server takes as many applications as it says, and always a superuser', async () => {
  await using server = await startPostgres({ maxConnections: 5 });
  expect(server.capacity).toBe(2);
  const clients = [await connectPostgres(server.url), await connectPostgres(server.url)];
  expect(server.refused).toBe(0);
  await expect(connectPostgres(server.url)).rejects.toMatchObject({ code: '53300' });
  const judge = await connectPostgres(server.superuserUrl);
  expect((await judge.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await expect.poll(() => server.refused).toBe(1);
  await Promise.all([...clients, judge].map((client) => client.end()));
});

test('a PostgreSQL server that was stopped starts again on its port, with another limit if told so', async () => {
  await using server = await startPostgres({ maxConnections: 5 });
  await server.stop('crash');
  await expect(connectPostgres(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await server.start({ maxConnections: 6 });
  expect(server.capacity).toBe(3);
  await (await connectPostgres(server.url)).end();
});

test('a PgBouncer shares few connections among many', async () => {
  await using server = await startPostgres({ maxConnections: 10 });
  await using bouncer = await startPgBouncer({ databasePort: server.port, poolSize: 2 });
  const clients = await Promise.all(Array.from({ length: 8 }, () => connectPostgres(bouncer.url)));
  const pids = await Promise.all(
    clients.map((client) => client.query<{ pid: number }>('select pg_backend_pid() as pid')),
  );
  expect(new Set(pids.map(({ rows }) => rows[0]?.pid)).size).toBeLessThanOrEqual(2);
  await Promise.all(clients.map((client) => client.end()));
});

test('a MariaDB server takes as many applications as it says, and always a superuser', async () => {
  await using server = await startMariadb({ maxConnections: 10 });
  const clients = await Promise.all(
    Array.from({ length: server.capacity }, () => connectMariadb(server.url)),
  );
  await expect(connectMariadb(server.url)).rejects.toMatchObject({ code: 'ER_CON_COUNT_ERROR' });
  // The server tells the refused session apart from a superuser's once it holds the place that is kept for one.
  const connectJudge = () => connectMariadb(server.superuserUrl);
  await using judge = await vi.waitFor(connectJudge, { timeout: 600_000 });
  const [attributes] = await judge.query(
    'select count(distinct PROCESSLIST_ID) as sessions from performance_schema.session_connect_attrs',
  );
  expect(attributes).toEqual([{ sessions: server.capacity + 1 }]);
  await Promise.all(clients.map((client) => client.end()));
});
