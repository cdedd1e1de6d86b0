import { createPgPool } from '@inkwire/pool/pg';
import { describe, expect, it } from 'vitest';
import { openPostgresReadings } from '../../src/postgres/index.ts';
import { newReading } from '../contract.ts';
import { describeWithPostgres, nameOf, open, server, usesIndex } from '../postgres-stage.ts';

describeWithPostgres('searches in PostgreSQL', () => {
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
});
