import { createLeaseClient, createLeaseService } from '@inkwire/pool';
import { createPgPool } from '@inkwire/pool/pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPostgresReadings } from '../../src/postgres/index.ts';
import { describeReadings, newReading } from '../contract.ts';
import { describeWithPostgres, nameOf, open, server } from '../postgres-stage.ts';

describeWithPostgres('readings in PostgreSQL', () => {
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
});
