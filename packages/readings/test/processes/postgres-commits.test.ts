import { createPgPool } from '@inkwire/pool/pg';
import { describe, expect, it } from 'vitest';
import { newReading } from '../contract.ts';
import { numberedReading } from '../numbered-reading.js';
import { collect, describeWithPostgres, nameOf, open, server } from '../postgres-stage.ts';

describeWithPostgres('commits of readings in PostgreSQL', () => {
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
