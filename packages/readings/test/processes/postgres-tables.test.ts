import { createServer } from 'node:net';
import { createPgPool } from '@inkwire/pool/pg';
import { expect, it } from 'vitest';
import { migrate, migrations } from '../../src/postgres/migrations.ts';
import { newReading } from '../contract.ts';
import { listen } from '../listen.ts';
import { collect, describeWithPostgres, nameOf, open, server } from '../postgres-stage.ts';

describeWithPostgres('the tables of readings in PostgreSQL', () => {
  it('are brought forward from each earlier version, with what is in them', async () => {
    for (let version = 1; version <= migrations.length; version++) {
      const connection = await server.createDatabase();
      await using pool = createPgPool({ connection });
      await pool.use((client) => migrate(client, '"inkwire"', { steps: migrations.slice(0, version) }));
      await pool.query(`
        INSERT INTO inkwire.readings (id, time, source, text, written, confidence, unsure, model, width, height, digits)
        VALUES ('0198c0de-0000-7000-8000-000000000000', '2026-01-02T03:04:05.678Z', 'upload', '', '', 1, false, 'm', 1, 1, '[]');
        INSERT INTO inkwire.reading_pictures VALUES ('0198c0de-0000-7000-8000-000000000000', 'image/png', '\\x01', '')`);
      const stores = await Promise.all([open({ pool }), open({ pool })]);
      expect(await stores[0]!.count()).toBe(1);
      expect(await collect(stores[1]!)).toMatchObject([
        { time: '2026-01-02T03:04:05.678Z', source: 'upload' },
      ]);
      await stores[0]!.keep(newReading('2'));
      expect(await stores[1]!.count()).toBe(2);
      const { rows } = await pool.query('SELECT version FROM inkwire.readings_version');
      expect(rows).toEqual([{ version: migrations.length }]);
    }
  });

  it('may take longer to migrate than the database may take to answer', async () => {
    const connection = await server.createDatabase();
    await using pool = createPgPool({ connection });
    const port = await listen(createServer());
    await pool.transaction(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        'inkwire readings "inkwire"',
      ]);
      const opening = open({ connection, openTimeoutMs: 200 });
      const waits = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
      await expect.poll(async () => (await pool.query(waits)).rows).toHaveLength(1);
      // When this one has waited for as long, so has that.
      const silent = `postgres://app@127.0.0.1:${port}/app`;
      await expect(open({ connection: silent, openTimeoutMs: 200 })).rejects.toMatchObject({
        code: 'READINGS_UNREACHABLE',
      });
      await client.query('COMMIT');
      expect(await (await opening).count()).toBe(0);
      await client.query('BEGIN');
    });
  });

  it('of a later version are refused, and not changed', async () => {
    const connection = await server.createDatabase();
    await open({ connection });
    await server.sql(nameOf(connection), 'UPDATE inkwire.readings_version SET version = 1000');
    await expect(open({ connection })).rejects.toMatchObject({
      code: 'READINGS_FOREIGN',
      retryable: false,
      message: expect.stringMatching(/of version 1000, and this program knows \d+: use a newer one/),
    });
    expect(await server.sql(nameOf(connection), 'SELECT version FROM inkwire.readings_version')).toEqual([
      { version: 1000 },
    ]);
  });

  it('of another program are refused, and not changed', async () => {
    const connection = await server.createDatabase();
    await server.sql(
      nameOf(connection),
      'CREATE SCHEMA inkwire',
      'CREATE TABLE inkwire.readings (meter int)',
    );
    await expect(open({ connection })).rejects.toMatchObject({ code: 'READINGS_FOREIGN' });
    const tables =
      "SELECT relname FROM pg_class WHERE relnamespace = 'inkwire'::regnamespace AND relkind = 'r'";
    expect(await server.sql(nameOf(connection), tables)).toEqual([{ relname: 'readings' }]);
    await open({ connection, schema: 'other' });
  });

  it('are made by none when a migration fails', async () => {
    const connection = await server.createDatabase();
    await using pool = createPgPool({ connection });
    const steps = [...migrations, () => 'SELECT 1 / 0'];
    await expect(pool.use((client) => migrate(client, '"inkwire"', { steps }))).rejects.toMatchObject({
      code: '22012',
    });
    expect((await pool.query("SELECT to_regnamespace('inkwire') AS it")).rows).toEqual([{ it: null }]);
  });

  it('count also what others write into them', async () => {
    const connection = await server.createDatabase();
    const database = nameOf(connection);
    const readings = await open({ connection });
    for (let i = 0; i < 5; i++) await readings.keep(newReading(String(i)));
    await server.sql(database, "DELETE FROM inkwire.readings WHERE text IN ('1', '2', '9')");
    expect(await readings.count()).toBe(3);
    await server.sql(
      database,
      'CREATE TABLE copies AS SELECT * FROM inkwire.readings',
      'ALTER TABLE copies DROP COLUMN search',
      'TRUNCATE inkwire.readings',
    );
    expect(await readings.count()).toBe(0);
    const columns =
      'id, time, source, text, written, corrected, confidence, unsure, model, width, height, label, detector, digits, cells';
    await server.sql(database, `INSERT INTO inkwire.readings (${columns}) SELECT ${columns} FROM copies`);
    expect(await readings.count()).toBe(3);
    expect(await readings.remove((await collect(readings))[0]!.id)).toBe(true);
    expect(await readings.count()).toBe(2);
  });

  it('are not made where they may not be', async () => {
    const connection = await server.createDatabase();
    await expect(open({ connection, create: false })).rejects.toMatchObject({ code: 'READINGS_MISSING' });
    const schemas = "SELECT to_regnamespace('inkwire') AS it";
    expect(await server.sql(nameOf(connection), schemas)).toEqual([{ it: null }]);
    await open({ connection });
    expect(await (await open({ connection, create: false })).count()).toBe(0);
  });

  it('that somebody has dropped are READINGS_FOREIGN', async () => {
    const connection = await server.createDatabase();
    const readings = await open({ connection });
    await server.sql(nameOf(connection), 'DROP SCHEMA inkwire CASCADE');
    await expect(readings.keep(newReading('1'))).rejects.toMatchObject({ code: 'READINGS_FOREIGN' });
    await expect(readings.list()).rejects.toMatchObject({ code: 'READINGS_FOREIGN' });
  });

  it('need a database in UTF8', async () => {
    const connection = await server.createDatabase("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    await expect(open({ connection })).rejects.toMatchObject({
      code: 'READINGS_UNWRITABLE',
      message: expect.stringContaining('LATIN1'),
    });
  });
});
