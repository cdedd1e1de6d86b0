import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { createPgPool } from '@inkwire/pool/pg';
import { expect, it, onTestFinished } from 'vitest';
import { newReading } from '../contract.ts';
import { listen } from '../listen.ts';
import { describeWithPostgres, nameOf, open, server } from '../postgres-stage.ts';

describeWithPostgres('a database in PostgreSQL that cannot be used', () => {
  it('is READINGS_REFUSED when the password is wrong, which is not repeated', async () => {
    const connection = await server.createDatabase();
    await server.sql('postgres', "CREATE ROLE locked LOGIN PASSWORD 'right'");
    const url = new URL(server.url(nameOf(connection), 'locked'));
    url.password = 'wrong-secret';
    const error: Error = await open({ connection: url.href }).catch((error) => error);
    expect(error).toMatchObject({ code: 'READINGS_REFUSED', retryable: false });
    expect(error.message).not.toContain('wrong-secret');
  });

  it('is READINGS_REFUSED when it does not exist', async () => {
    await expect(open({ connection: server.url('missing') })).rejects.toMatchObject({
      code: 'READINGS_REFUSED',
      message: expect.stringContaining('"missing" does not exist'),
    });
  });

  it('is READINGS_UNWRITABLE when the role lacks rights, and says which', async () => {
    const connection = await server.createDatabase();
    const database = nameOf(connection);
    await server.sql(database, 'CREATE ROLE guest LOGIN');
    const guest = server.url(database, 'guest');
    await expect(open({ connection: guest })).rejects.toMatchObject({
      code: 'READINGS_UNWRITABLE',
      message: expect.stringContaining(`permission denied for database ${database}`),
    });
    const readings = await open({ connection });
    const { id } = await readings.keep(newReading('1'));
    await server.sql(
      database,
      'GRANT USAGE ON SCHEMA inkwire TO guest',
      'GRANT SELECT ON ALL TABLES IN SCHEMA inkwire TO guest',
    );
    await expect(open({ connection: guest })).rejects.toMatchObject({
      code: 'READINGS_UNWRITABLE',
      message: expect.stringMatching(/role guest lacks rights to keep readings: .*INSERT on/),
    });
    await server.sql(database, 'GRANT ALL ON ALL TABLES IN SCHEMA inkwire TO guest');
    const granted = await open({ connection: guest });
    await granted.correct(id, '7');
    await server.sql(database, 'REVOKE ALL ON ALL TABLES IN SCHEMA inkwire FROM guest');
    await expect(granted.keep(newReading('2'))).rejects.toMatchObject({ code: 'READINGS_UNWRITABLE' });
  });

  it('is READINGS_UNWRITABLE when it only lets read', async () => {
    const connection = await server.createDatabase();
    await open({ connection });
    await server.sql(
      'postgres',
      `ALTER DATABASE ${nameOf(connection)} SET default_transaction_read_only = on`,
    );
    await expect(open({ connection })).rejects.toMatchObject({
      code: 'READINGS_UNWRITABLE',
      message: expect.stringContaining('read-only'),
    });
  });

  it('is READINGS_OVERLOADED when it has too many connections', async () => {
    const connection = await server.createDatabase();
    await server.sql(
      'postgres',
      'CREATE ROLE crowded SUPERUSER LOGIN',
      'ALTER ROLE crowded NOSUPERUSER CONNECTION LIMIT 0',
    );
    await expect(
      open({ connection: server.url(nameOf(connection), 'crowded'), openTimeoutMs: 300 }),
    ).rejects.toMatchObject({ code: 'READINGS_OVERLOADED', retryable: true });
  });

  it('is READINGS_UNREACHABLE when nothing listens, when something else does, and when it says nothing', async () => {
    const silent = await listen(createServer());
    const http = await listen(createHttpServer((_, response) => response.end('hello')));
    const closed = createServer();
    const free = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    for (const port of [free, http, silent])
      await expect(
        open({ connection: `postgres://app@127.0.0.1:${port}/app`, openTimeoutMs: 300 }),
        String([free, http, silent].indexOf(port)),
      ).rejects.toMatchObject({ code: 'READINGS_UNREACHABLE', retryable: true });
    // A pool that waits for longer than the readings do, so that no attempt to connect has failed by then.
    const pool = createPgPool({ connection: `postgres://app@127.0.0.1:${silent}/app` });
    onTestFinished(() => pool.destroy());
    await expect(open({ pool, openTimeoutMs: 100 })).rejects.toMatchObject({
      code: 'READINGS_UNREACHABLE',
    });
  });
});
