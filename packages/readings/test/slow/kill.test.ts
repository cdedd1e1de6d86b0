import { existsSync } from 'node:fs';
import { createRandom } from '@inkwire/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../lmdb/test/temporary-directory.ts';
import { openLmdbReadings } from '../../src/lmdb/index.ts';
import { openPostgresReadings } from '../../src/postgres/index.ts';
import { type EmbeddedPostgres, noPostgres, startEmbeddedPostgres } from '../embedded-postgres.ts';
import { killKeepers } from './killed-stores.ts';

const kills = Number(process.env.INKWIRE_KILLS ?? (process.env.INKWIRE_LONG === '1' ? 300 : 32));
const seed = Number(process.env.INKWIRE_SEED ?? 1);

/**
 * Memory, where there is some to write to: what a killed process has written is in the page cache either way, and
 * without a disk to wait for, more of the moments lie in between two writes.
 */
const root = existsSync('/dev/shm') ? '/dev/shm' : undefined;

it(`loses nothing that was acknowledged in ${kills} stores whose process was ended by kill -9 (seed ${seed})`, async () => {
  const engine = {
    create: () => temporaryDirectory(root),
    open: (directory: string) => openLmdbReadings({ directory }),
  };
  await killKeepers(kills, engine, createRandom(seed));
}, 3_600_000);

describe.skipIf(noPostgres)('PostgreSQL', () => {
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    server = await startEmbeddedPostgres();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it(`loses nothing that was acknowledged when ${kills} of its clients are ended by kill -9 (seed ${seed})`, async () => {
    const sessions = (connection: string) =>
      server.sql(
        'postgres',
        `SELECT pid FROM pg_stat_activity WHERE application_name = 'keeper'
         AND datname = '${new URL(connection).pathname.slice(1)}'`,
      );
    const engine = {
      create: async () => `${await server.createDatabase()}?application_name=keeper`,
      open: (connection: string) =>
        openPostgresReadings({ connection: connection.replace('keeper', 'test') }),
      // The server finishes what it has read, although nobody is there to be told.
      settled: (connection: string) => expect.poll(() => sessions(connection)).toEqual([]),
    };
    await killKeepers(kills, engine, createRandom(seed));
  }, 3_600_000);
});
