/**
 * The tables of readings, by versions of the schema. Cassandra has no transactions, so each statement may be done twice, and
 * one of several hubs that start at once does them: it holds a lease, by lightweight transactions, that ends by itself. A
 * version is never changed once it was released.
 *
 *     readings_version    version, migrator          the last migration that was done; its lease, and that of `loader.ts`
 *     readings            day, bucket, id, time, …   a row for each reading, by days and ten minutes of them (`place.ts`)
 *     readings_days       day, bucket                the partitions that have readings, in one partition
 *     reading_pictures    id, type, picture, …       the picture as it arrived, and 784 bytes for each digit, one after the other
 *     readings_head       newest, kept, removed, …   the greatest id; what each process has kept and removed (`head.ts`)
 *
 * The server's own compaction: with time windows, the readings that are removed would never free their space.
 */
import { randomUUID } from 'node:crypto';
import { sleep } from '@inkwire/base';
import { ReadingsError } from '../errors.ts';
import { isFailureOfReplicas } from './cassandra-errors.ts';
import type { Database } from './database.ts';
import { once, serial } from './driver.ts';

/** The statements of one step, in a keyspace. */
type Migration = (keyspace: string) => readonly string[];

/**
 * A node that asks two others for a read and hears nothing of one asks the third after this. By default it waits as long as 99 % of
 * all reads take, which on a busy cluster is seconds: with one of three nodes paused, a `keep` took 12 s.
 */
const askAnother = "speculative_retry = 'MIN(99PERCENTILE,100MS)'";

export const migrations: readonly Migration[] = [
  (keyspace) => [
    `CREATE TABLE IF NOT EXISTS ${keyspace}.readings (
      day date,
      bucket smallint,
      id uuid,
      time timestamp,
      source text,
      text text,
      written text,
      corrected text,
      corrected_at timestamp,
      confidence double,
      unsure boolean,
      model text,
      width int,
      height int,
      label text,
      detector text,
      digits text,
      cells text,
      PRIMARY KEY ((day, bucket), id)
    ) WITH CLUSTERING ORDER BY (id DESC) AND ${askAnother}`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.readings_days (
      place text, day date, bucket smallint, PRIMARY KEY (place, day, bucket)
    ) WITH CLUSTERING ORDER BY (day DESC, bucket DESC) AND ${askAnother}`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.reading_pictures (
      id uuid PRIMARY KEY, type text, picture blob, prepared blob
    ) WITH ${askAnother}`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.readings_head (
      place text,
      newest uuid STATIC,
      writer uuid,
      kept bigint,
      removed bigint,
      keeping frozen<list<uuid>>,
      removing frozen<list<uuid>>,
      PRIMARY KEY (place, writer)
    ) WITH ${askAnother}`,
  ],
];

/** The key of what there is one of. */
export const place = 'readings';

export interface MigrateOptions {
  readonly keyspace: string;
  /** For tests: the versions to go through. */
  readonly steps?: readonly Migration[];
  /** Whether tables may be made where there are none. Default true. */
  readonly mayCreate?: boolean;
}

/** How long a migration may take before another process does it again, and between two looks at it. */
const leaseSeconds = 60;
const lookAgainMs = 200;

/** How long what is listed may take until it can be used. */
const migrateTimeoutMs = 60_000;

/**
 * Makes the tables, or brings those of an earlier version forward. Throws `READINGS_FOREIGN`, or `READINGS_MISSING` where there
 * are none and they may not be made.
 */
export async function migrate(
  database: Database,
  { keyspace, steps = migrations, mayCreate = true }: MigrateOptions,
): Promise<void> {
  const migrator = randomUUID();
  const deadline = performance.now() + migrateTimeoutMs;
  for (;;) {
    try {
      if (await attempt(database, { keyspace, steps, mayCreate, migrator })) return;
    } catch (error) {
      if (!isNotThereYet(error) || performance.now() > deadline) throw error;
    }
    await sleep(lookAgainMs);
  }
}

/**
 * A table that another process makes is listed a moment before it can be used, and one node has it before the others: they
 * answer that it does not exist, or fail to read or write.
 */
function isNotThereYet(error: unknown): boolean {
  if (!(error instanceof ReadingsError && error.cause !== undefined)) return false;
  return error.code === 'READINGS_FOREIGN' || isFailureOfReplicas(error.cause);
}

/** True once the tables are of this version, false while another process makes them so. */
async function attempt(
  database: Database,
  { keyspace, steps, mayCreate, migrator }: Required<MigrateOptions> & { readonly migrator: string },
): Promise<boolean> {
  const version = await versionOf(database, keyspace);
  if (version === steps.length) return true;
  expectKnown(keyspace, version, steps.length);
  if (version === 0 && !mayCreate)
    throw new ReadingsError('READINGS_MISSING', `No readings were kept in keyspace ${keyspace}`);
  if (version === 0) await begin(database, keyspace);
  if (!(await takeLease(database, keyspace, migrator))) return false;
  // Another process may have done it since.
  const from = await versionOf(database, keyspace);
  for (const statement of steps.slice(from).flatMap((step) => step(keyspace)))
    await define(database, statement);
  await endLease(database, keyspace, migrator, Math.max(from, steps.length));
  return true;
}

function expectKnown(keyspace: string, version: number, known: number): void {
  if (version > known)
    throw new ReadingsError(
      'READINGS_FOREIGN',
      `The readings in keyspace ${keyspace} are of version ${version}, and this program knows ${known}: use a newer one`,
    );
}

/** 0 where there are no tables. */
async function versionOf(database: Database, keyspace: string): Promise<number> {
  if (!(await tablesOf(database, keyspace)).has('readings_version')) return 0;
  const query = `SELECT version FROM ${keyspace}.readings_version WHERE place = ?`;
  return (await database.run({ query, params: [place] })).first()?.version ?? 0;
}

async function tablesOf(database: Database, keyspace: string): Promise<ReadonlySet<string>> {
  const query = 'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?';
  const { rows } = await database.run({ query, params: [keyspace] });
  return new Set(rows.map((row) => row.table_name));
}

async function begin(database: Database, keyspace: string): Promise<void> {
  const tables = await tablesOf(database, keyspace);
  if (tables.has('readings_version')) return;
  if (tables.has('readings'))
    throw new ReadingsError(
      'READINGS_FOREIGN',
      `Keyspace ${keyspace} has a table readings of another program: choose another keyspace`,
    );
  await define(
    database,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.readings_version (place text PRIMARY KEY, version int, migrator uuid)`,
  );
}

async function takeLease(database: Database, keyspace: string, migrator: string): Promise<boolean> {
  const query = `UPDATE ${keyspace}.readings_version USING TTL ${leaseSeconds} SET migrator = ? WHERE place = ? IF migrator = null`;
  try {
    return (await database.run({ query, params: [migrator, place] }, once)).wasApplied();
  } catch (error) {
    // A condition that timed out may have been met, so it is read back. A read of that kind ends what has begun.
    if (!(error instanceof ReadingsError && error.retryable)) throw error;
    const holder = `SELECT migrator FROM ${keyspace}.readings_version WHERE place = ?`;
    const row = (await database.run({ query: holder, params: [place] }, { consistency: serial })).first();
    return String(row?.migrator) === migrator;
  }
}

/** The version and the end of the lease are one write, unless another process has taken it since. */
async function endLease(
  database: Database,
  keyspace: string,
  migrator: string,
  version: number,
): Promise<void> {
  const query = `UPDATE ${keyspace}.readings_version SET version = ?, migrator = null WHERE place = ? IF migrator = ?`;
  await database.run({ query, params: [version, place, migrator] }, once);
}

/** A definition takes seconds on a busy node, and the driver waits until all nodes have it. */
const defineTimeoutMs = 60_000;

export async function define(database: Database, query: string): Promise<void> {
  const timeouts = { readTimeout: defineTimeoutMs, timeoutMs: defineTimeoutMs };
  await database.run({ query, params: [] }, { ...once, ...timeouts, prepare: false });
}

/** Creates an index by exact text. Searches do not use it: they look for parts of a text. */
export async function addTextIndex(database: Database, keyspace: string): Promise<void> {
  await define(
    database,
    `CREATE INDEX IF NOT EXISTS readings_text ON ${keyspace}.readings (text) USING 'sai'`,
  );
}
