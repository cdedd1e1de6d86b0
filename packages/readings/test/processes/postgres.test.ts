import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createManualClock } from '@inkwire/base';
import { createLeaseClient, createLeaseService } from '@inkwire/pool';
import { createPgPool } from '@inkwire/pool/pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Reading, Readings, ReadingsQuery } from '../../src/index.ts';
import { openPostgresReadings, type PostgresReadingsOptions } from '../../src/postgres/index.ts';
import { migrate, migrations } from '../../src/postgres/migrations.ts';
import { Statements } from '../../src/postgres/statements.ts';
import { describeReadings, newReading } from '../contract.ts';
import { type EmbeddedPostgres, noPostgres, startEmbeddedPostgres } from '../embedded-postgres.ts';
import { numberedReading } from '../numbered-reading.js';

let server: EmbeddedPostgres;

/** Opens readings, and closes them with the test. */
async function open(options: PostgresReadingsOptions): Promise<Readings> {
  const readings = await openPostgresReadings(options);
  onTestFinished(() => readings.destroy());
  return readings;
}

async function collect(readings: Readings): Promise<Reading[]> {
  const all: Reading[] = [];
  for await (const reading of readings.all()) all.push(reading);
  return all;
}

const nameOf = (connection: string) => new URL(connection).pathname.slice(1);

/** Whether the planner takes an index for a query when other ways are forbidden to it. */
async function usesIndex(
  connection: string,
  { index, forbidden }: { readonly index: string; readonly forbidden: readonly string[] },
  query: ReadingsQuery,
): Promise<boolean> {
  await using pool = createPgPool({ connection, limits: { min: 0, max: 1 } });
  return pool.use(async (client) => {
    for (const way of forbidden) await client.query(`SET enable_${way} = off`);
    const { text, values } = new Statements('"inkwire"').list(query, 50);
    const { rows } = await client.query(`EXPLAIN ${text}`, values);
    return JSON.stringify(rows).includes(index);
  });
}

/** Listens on a free port until the test ends. */
async function listen(listener: Server): Promise<number> {
  const sockets = new Set<Socket>();
  listener.on('connection', (socket) => {
    sockets.add(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  return (listener.address() as AddressInfo).port;
}

describe.skipIf(noPostgres)('readings in PostgreSQL', () => {
  beforeAll(async () => {
    server = await startEmbeddedPostgres();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  describeReadings('PostgreSQL', async () => {
    const connection = await server.createDatabase();
    return { open: ({ clock }) => openPostgresReadings({ connection, clock }) };
  });

  describeReadings('PostgreSQL, on a pool of others and in a schema of a strange name', async () => {
    const pool = createPgPool({ connection: await server.createDatabase(), limits: { min: 0, max: 2 } });
    return {
      open: ({ clock }) => openPostgresReadings({ pool, clock, schema: 'We "read" Ω' }),
      dispose: () => pool.close(),
    };
  });

  describe('options', () => {
    it('name one database, and a schema that PostgreSQL does not cut', async () => {
      const connection = server.url();
      await using pool = createPgPool({ connection });
      await expect(openPostgresReadings({})).rejects.toThrow(TypeError);
      await expect(openPostgresReadings({ connection, pool })).rejects.toThrow(TypeError);
      for (const schema of ['', 'x'.repeat(64), 'Ω'.repeat(32), 'a\0'])
        await expect(openPostgresReadings({ connection, schema })).rejects.toThrow(RangeError);
      for (const options of [{ timeoutMs: 0 }, { openTimeoutMs: -1 }])
        await expect(openPostgresReadings({ connection, ...options })).rejects.toThrow(RangeError);
    });

    it('leave a pool of others open', async () => {
      await using pool = createPgPool({ connection: await server.createDatabase() });
      const readings = await openPostgresReadings({ pool });
      await readings.close();
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      await (await openPostgresReadings({ pool })).destroy();
      expect(pool.closed).toBe(false);
    });
  });

  describe('a pool of others', () => {
    it('may have its limits moved: READINGS_OVERLOADED while it may have no connection', async () => {
      await using pool = createPgPool({ connection: await server.createDatabase() });
      const readings = await open({ pool, timeoutMs: 50 });
      pool.setLimits({ min: 0, max: 0 });
      for (const call of [() => readings.list(), () => readings.keep(newReading('1'))])
        await expect(call()).rejects.toMatchObject({ code: 'READINGS_OVERLOADED', retryable: true });
      pool.setLimits({ min: 0, max: 1 });
      const patient = await open({ pool });
      expect((await patient.keep(newReading('1'))).text).toBe('1');
    });

    it('may share its connections with others by leases, and none is refused', async () => {
      const connection = await server.createDatabase();
      const database = nameOf(connection);
      const capacity = 4;
      await server.sql(
        database,
        `CREATE ROLE leased LOGIN CONNECTION LIMIT ${capacity}`,
        `GRANT CREATE ON DATABASE ${database} TO leased`,
      );
      const service = createLeaseService({ allocator: { capacity, learnMs: 0 } });
      onTestFinished(() => service.close());
      const stores = await Promise.all(
        ['one', 'two', 'three'].map(async (name) => {
          const pool = createPgPool({
            connection: server.url(database, 'leased'),
            limits: { min: 0, max: 0 },
          });
          const lease = createLeaseClient({ name, pool, transport: service.transport(name), floor: 1 });
          onTestFinished(async () => {
            await lease.destroy();
            await pool.destroy();
          });
          await lease.ready();
          return { pool, readings: await open({ pool }) };
        }),
      );
      await Promise.all(
        Array.from({ length: 200 }, async (_, i) => {
          const { readings } = stores[i % 3]!;
          await (i % 2 === 0 ? readings.keep(newReading('1')) : readings.list());
        }),
      );
      expect(await stores[0]!.readings.count()).toBe(100);
      expect(stores.map(({ pool }) => pool.stats().full)).toEqual([0, 0, 0]);
    });
  });

  describe('several stores on one database', () => {
    it('start at once', async () => {
      const connection = await server.createDatabase();
      const stores = await Promise.all(Array.from({ length: 5 }, () => open({ connection })));
      await Promise.all(stores.map((readings) => readings.keep(newReading('1'))));
      expect(await stores[0]!.count()).toBe(5);
    });

    it('give ids in the order of their commits, whatever their clocks say', async () => {
      const connection = await server.createDatabase();
      const clock = createManualClock(Date.UTC(2026, 5, 1));
      const stores = [
        await open({ connection, clock }),
        await open({ connection, clock: createManualClock(clock.now() - 3_600_000) }),
        await open({ connection, clock: createManualClock(clock.now() + 3_600_000) }),
      ];
      const kept: string[] = [];
      for (let i = 0; i < 30; i++) {
        clock.advance(10);
        kept.push((await stores[(i * 7) % 3]!.keep(newReading(String(i)))).id);
      }
      expect(kept).toEqual([...kept].sort());
      expect((await collect(stores[0]!)).map(({ id }) => id)).toEqual(kept.reverse());
    });

    it('give each id once when all of them keep', async () => {
      const connection = await server.createDatabase();
      const stores = await Promise.all(Array.from({ length: 3 }, () => open({ connection })));
      const kept = await Promise.all(
        Array.from({ length: 150 }, async (_, i) => stores[i % 3]!.keep(newReading(String(i % 3)))),
      );
      expect(new Set(kept.map(({ id }) => id)).size).toBe(150);
      for (const of of ['0', '1', '2']) {
        const ids = kept.filter(({ text }) => text === of).map(({ id }) => id);
        expect(ids).toEqual([...ids].sort());
      }
      expect(await stores[0]!.count()).toBe(150);
    });

    it('show nothing of what the others keep to a stream that has begun', async () => {
      const connection = await server.createDatabase();
      const [one, other] = [await open({ connection }), await open({ connection })];
      await Promise.all(Array.from({ length: 300 }, async () => one.keep(newReading('1'))));
      let seen = 0;
      for await (const { text } of one.all()) {
        expect(text).toBe('1');
        if (seen++ % 100 === 0) await other.keep(newReading('2'));
      }
      expect(seen).toBe(300);
    });

    it('keep on while another process is stopped, whatever it was doing', async () => {
      const connection = await server.createDatabase();
      const readings = await open({ connection });
      const keeper = fileURLToPath(new URL('keeper.js', import.meta.url));
      const child = spawn(process.execPath, [keeper, connection, '0'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const output = createInterface({ input: child.stdout });
      for (let i = 0; i < 20; i++) {
        await once(output, 'line');
        child.kill('SIGSTOP');
        await readings.keep(newReading('1'));
        child.kill('SIGCONT');
      }
    });

    it('give greater ids than a newest reading that was removed before a restart', async () => {
      const connection = await server.createDatabase();
      const clock = createManualClock(Date.UTC(2026, 5, 1));
      const before = await open({ connection, clock });
      const { id } = await before.keep(newReading('1'));
      await before.remove(id);
      await before.close();
      clock.advance(-3_600_000);
      const after = await open({ connection, clock });
      expect((await after.keep(newReading('2'))).id > id).toBe(true);
    });

    it('give greater ids than a reading that somebody has loaded', async () => {
      const connection = await server.createDatabase();
      const clock = createManualClock(Date.UTC(2026, 5, 1));
      await (await open({ connection, clock })).keep(newReading('1'));
      const loaded = 'fffffffe-0000-7fff-bfff-ffffffffffff';
      await server.sql(nameOf(connection), `UPDATE inkwire.readings SET id = '${loaded}'`);
      const readings = await open({ connection, clock });
      const { id } = await readings.keep(newReading('2'));
      // The counter of the loaded id is at its end.
      expect(id).toMatch(/^fffffffe-0001-7000-/);
    });
  });

  describe('the tables', () => {
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

  describe('text', () => {
    const trigrams = { index: 'readings_search', forbidden: ['seqscan', 'indexscan', 'indexonlyscan'] };
    const usesTrigrams = (connection: string, text: string) => usesIndex(connection, trigrams, { text });

    it('of any code units comes back as it was, and is found', async () => {
      const readings = await open({ connection: await server.createDatabase() });
      const odd = ['a\0b', '\uFDD0\uFDEF', '\ud800', 'x\udc00y', '5%', '5_', '5\\', "5'", '😀', '\u{10FFFF}'];
      for (const text of odd) {
        const cells = { rows: 1, columns: 1, texts: [[text]] };
        const more = { source: text, written: text, model: text, label: text, detector: text, cells };
        const { id } = await readings.keep(newReading(text, { ...more, digits: [], prepared: [] }));
        expect(await readings.get(id)).toMatchObject({ text, ...more });
        expect(await readings.correct(id, `1${text}`)).toMatchObject({ corrected: `1${text}` });
        const found = async (text: string) => (await readings.list({ text })).readings.map((one) => one.text);
        expect(await found(text)).toEqual([text]);
        expect(await found(`1${text}`)).toEqual([text]);
      }
      for (const text of ['%', '_', '\\', '\0', '\uFDD0'])
        expect((await readings.list({ text })).readings.length, JSON.stringify(text)).toBe(1);
    });

    it('is not found across the border of text and correction', async () => {
      const readings = await open({ connection: await server.createDatabase() });
      const { id } = await readings.keep(newReading('12', { written: '34' }));
      await readings.correct(id, '56');
      for (const text of ['1', '12', '34', '56'])
        expect((await readings.list({ text })).readings.length).toBe(1);
      for (const text of ['23', '45', '123', '3456'])
        expect((await readings.list({ text })).readings).toEqual([]);
    });

    it('is looked for by trigrams from three characters on', async () => {
      const connection = await server.createDatabase();
      await open({ connection });
      for (const text of ['123', '1234', '12,34'])
        expect(await usesTrigrams(connection, text), text).toBe(true);
      for (const text of ['1', '12', '2,3', '小明小明'])
        expect(await usesTrigrams(connection, text), text).toBe(false);
    });

    it('is found where the role may not create the extension, and by trigrams once it may', async () => {
      const connection = await server.createDatabase();
      const database = nameOf(connection);
      await server.sql(
        database,
        `CREATE ROLE plain${database} LOGIN`,
        `CREATE SCHEMA inkwire AUTHORIZATION plain${database}`,
      );
      const limited = server.url(database, `plain${database}`);
      const readings = await open({ connection: limited });
      await readings.keep(newReading('1234'));
      expect(await usesTrigrams(limited, '123')).toBe(false);
      expect((await readings.list({ text: '123' })).readings.length).toBe(1);
      await server.sql(database, `GRANT CREATE ON DATABASE ${database} TO plain${database}`);
      const again = await open({ connection: limited });
      expect(await usesTrigrams(limited, '123')).toBe(true);
      expect((await again.list({ text: '123' })).readings.length).toBe(1);
    });

    it('is found where the extension is in a schema that the role may not use', async () => {
      const connection = await server.createDatabase();
      const database = nameOf(connection);
      await server.sql(
        database,
        'CREATE SCHEMA hidden',
        'CREATE EXTENSION pg_trgm SCHEMA hidden',
        `CREATE ROLE plain${database} LOGIN`,
        `GRANT CREATE ON DATABASE ${database} TO plain${database}`,
      );
      const readings = await open({ connection: server.url(database, `plain${database}`) });
      await readings.keep(newReading('1234'));
      expect((await readings.list({ text: '123' })).readings.length).toBe(1);
    });
  });

  describe('a reading that was kept', () => {
    it('does not suffer for another that the database does not accept', async () => {
      const readings = await open({ connection: await server.createDatabase() });
      const kept = await Promise.allSettled(
        [1, 2, 1.5, 3, Number.NaN, 4].map((width) => readings.keep(newReading('1', { width }))),
      );
      expect(kept.map(({ status }) => status === 'fulfilled')).toEqual([
        true,
        true,
        false,
        true,
        false,
        true,
      ]);
      for (const one of kept)
        if (one.status === 'rejected')
          expect(one.reason).toMatchObject({ code: 'READINGS_FAILED', retryable: false });
      expect((await collect(readings)).map(({ width }) => width)).toEqual([4, 3, 2, 1]);
    });

    it('was committed to the disk, whatever the role is set to', async () => {
      const connection = await server.createDatabase();
      const database = nameOf(connection);
      const readings = await open({ connection });
      const { id } = await readings.keep(newReading('1'));
      await server.sql(
        database,
        'CREATE TABLE commits (mode text)',
        `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN INSERT INTO commits VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$`,
        'CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON inkwire.readings EXECUTE FUNCTION note()',
      );
      for (const [mode, expected] of [
        ['off', 'on'],
        ['local', 'local'],
      ]) {
        await server.sql(
          database,
          'TRUNCATE commits',
          `ALTER DATABASE ${database} SET synchronous_commit = ${mode}`,
        );
        const set = await open({ connection });
        const kept = await set.keep(newReading('2'));
        await set.correct(id, '3');
        await set.remove(kept.id);
        const modes = await server.sql(database, 'SELECT mode FROM commits');
        expect(modes).toEqual(Array(3).fill({ mode: expected }));
      }
    });

    it('is gone when its keep rejects because the answer was lost', async () => {
      const connection = await server.createDatabase();
      const { default: driver } = await import('pg' as string);
      let isArmed = false;
      class Unlucky extends driver.Client {
        // biome-ignore lint/suspicious/noExplicitAny: pg brings no types.
        query(...args: any[]) {
          const answer = super.query(...args);
          if (!isArmed || !String(args[0]?.name).startsWith('inkwire')) return answer;
          isArmed = false;
          return answer.then(() => {
            this.connection.stream.destroy();
            throw new Error('Connection terminated unexpectedly');
          });
        }
      }
      const pool = createPgPool({ connection, driver: { ...driver, Client: Unlucky } });
      const readings = await open({ pool });
      const other = await open({ connection });
      const first = await readings.keep(newReading('1'));
      isArmed = true;
      await expect(readings.keep(newReading('2'))).rejects.toMatchObject({
        code: 'READINGS_UNREACHABLE',
        retryable: true,
      });
      expect(isArmed).toBe(false);
      expect(await other.count()).toBe(1);
      const last = await readings.keep(newReading('3'));
      expect((await collect(other)).map(({ id }) => id)).toEqual([last.id, first.id]);
      await readings.close();
      await pool.close();
    });
  });

  describe('a search', () => {
    const sessions = (database: string) =>
      server.sql(
        'postgres',
        `SELECT pid FROM pg_stat_activity WHERE datname = '${database}' AND wait_event_type = 'Lock'`,
      );

    /** Calls `work` while every search waits for a lock at the server. */
    async function whileLocked(connection: string, work: () => Promise<void>): Promise<void> {
      await using pool = createPgPool({ connection, limits: { min: 0, max: 1 } });
      await pool.transaction(async (client) => {
        await client.query('LOCK TABLE inkwire.readings');
        await work();
      });
    }

    /** A pool that itself ends no query that nobody waits for: it would after two seconds. */
    const createPatientPool = (connection: string) => createPgPool({ connection, checkTimeoutMs: 600_000 });

    it('ends at the server when its signal aborts', async () => {
      const connection = await server.createDatabase();
      await using pool = createPatientPool(connection);
      const readings = await open({ pool });
      await whileLocked(connection, async () => {
        const controller = new AbortController();
        const searching = readings.list({ text: '1', signal: controller.signal });
        await expect.poll(() => sessions(nameOf(connection))).toHaveLength(1);
        controller.abort(new Error('enough'));
        await expect(searching).rejects.toThrow('enough');
        await expect.poll(() => sessions(nameOf(connection))).toHaveLength(0);
      });
      expect((await readings.list({ text: '1' })).readings).toEqual([]);
    });

    it('ends at the server when the database does not answer in time, and when the readings are destroyed', async () => {
      const connection = await server.createDatabase();
      await using pool = createPatientPool(connection);
      const readings = await open({ pool, timeoutMs: 50 });
      const others = await openPostgresReadings({ pool });
      await whileLocked(connection, async () => {
        await expect(readings.list({ text: '1' })).rejects.toMatchObject({
          code: 'READINGS_UNREACHABLE',
          retryable: true,
        });
        const searching = others.list({ text: '1' });
        await expect.poll(() => sessions(nameOf(connection))).toHaveLength(1);
        const destroyed = others.destroy(new Error('stop'));
        await expect(searching).rejects.toThrow('stop');
        await destroyed;
        await expect.poll(() => sessions(nameOf(connection))).toHaveLength(0);
      });
    });

    it('for unsure readings uses their index', async () => {
      const ofUnsure = { index: 'readings_unsure', forbidden: ['seqscan', 'sort'] };
      const connection = await server.createDatabase();
      await open({ connection });
      expect(await usesIndex(connection, ofUnsure, { unsure: true })).toBe(true);
      expect(await usesIndex(connection, ofUnsure, { unsure: false })).toBe(false);
    });
  });

  describe('a database that cannot be used', () => {
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

  describe('a server that is killed while readings are kept', () => {
    it('has what was acknowledged, nothing that was refused, and is used again by itself', async () => {
      const connection = await server.createDatabase();
      const readings = await open({ connection });
      const other = await open({ connection });
      const kept: number[] = [];
      const refused: number[] = [];
      let next = 0;
      let isOver = false;
      const keepOn = async () => {
        while (!isOver) {
          const number = next++;
          try {
            await readings.keep(numberedReading(number));
            kept.push(number);
          } catch (error) {
            expect(error).toMatchObject({ code: 'READINGS_UNREACHABLE', retryable: true });
            refused.push(number);
          }
        }
      };
      const keepers = Array.from({ length: 8 }, keepOn);
      for (let round = 1; round <= 3; round++) {
        const before = kept.length;
        await expect.poll(() => kept.length).toBeGreaterThan(before + 20);
        await server.kill();
        await expect(other.get('0198c0de-0000-7000-8000-000000000000')).rejects.toMatchObject({
          code: 'READINGS_UNREACHABLE',
          retryable: true,
        });
        await server.start();
      }
      const before = kept.length;
      await expect.poll(() => kept.length).toBeGreaterThan(before + 20);
      isOver = true;
      await Promise.all(keepers);
      expect(refused.length).toBeGreaterThan(0);
      await expect.poll(() => other.count().catch(() => -1)).toBe(kept.length);
      const there = (await collect(other)).map(({ text }) => Number(text));
      expect(there.sort((a, b) => a - b)).toEqual(kept.sort((a, b) => a - b));
    });
  });
});
