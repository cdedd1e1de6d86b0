/** What tests with PostgreSQL share: one server a file, and readings that are closed with their test. */
import { createPgPool } from '@inkwire/pool/pg';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import type { Reading, Readings, ReadingsQuery } from '../src/index.ts';
import { openPostgresReadings, type PostgresReadingsOptions } from '../src/postgres/index.ts';
import { Statements } from '../src/postgres/statements.ts';
import { type EmbeddedPostgres, noPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';

/** The server of this file's tests. */
export let server: EmbeddedPostgres;

/** Describes tests that have `server`; they are skipped where it cannot run. */
export function describeWithPostgres(name: string, describeTests: () => void): void {
  describe.skipIf(noPostgres)(name, () => {
    beforeAll(async () => {
      server = await startEmbeddedPostgres();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());
    describeTests();
  });
}

export async function open(options: PostgresReadingsOptions): Promise<Readings> {
  const readings = await openPostgresReadings(options);
  onTestFinished(() => readings.destroy());
  return readings;
}

/** Everything, newest first. */
export async function collect(readings: Readings): Promise<Reading[]> {
  const all: Reading[] = [];
  for await (const reading of readings.all()) all.push(reading);
  return all;
}

/** The name of the database in a URL. */
export const nameOf = (connection: string) => new URL(connection).pathname.slice(1);

/** Whether the planner takes an index for a query when other ways are forbidden to it. */
export async function usesIndex(
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
