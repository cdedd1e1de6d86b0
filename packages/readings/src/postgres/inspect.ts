import { createPgPool, type PgClient, type PgConnectionOptions } from '@inkwire/pool/pg';
import { ReadingsError } from '../errors.ts';
import { Database } from './database.ts';
import { migrations } from './migrations.ts';
import { postgresError } from './postgres-errors.ts';
import { expectWritable } from './rights.ts';

/** What a database says of itself, as far as readings depend on it. */
export interface PostgresFacts {
  /** The version of the server, such as `18.4`. */
  readonly server: string;
  /** The version of the tables, or undefined where there are none; and the one that this program makes. */
  readonly version: number | undefined;
  readonly knownVersion: number;
  /** Whether the role may make a schema. */
  readonly mayCreate: boolean;
  readonly isReadOnly: boolean;
  /** The rights on the tables that the role lacks, in a sentence; undefined where it has all or there are no tables. */
  readonly missingRights: string | undefined;
  /** Whether the index for searches can be: `refused` if only a superuser could create its extension. */
  readonly trigrams: 'ready' | 'possible' | 'refused' | 'absent';
  /** Connections that this role could have, and those of everybody that are open. */
  readonly maxConnections: number;
  readonly usedConnections: number;
  /** How far the database's clock is ahead of this machine's. */
  readonly aheadMs: number;
  /** Whether a commit reaches the disk at all (`fsync`). */
  readonly isFlushing: boolean;
}

const facts = `
  SELECT current_setting('server_version') AS server,
    current_setting('fsync') = 'on' AS "isFlushing",
    current_setting('transaction_read_only') = 'on' AS "isReadOnly",
    has_database_privilege(current_database(), 'CREATE') AS "mayCreate",
    to_regclass('inkwire.readings_version') IS NOT NULL AS "hasTables",
    to_regclass('inkwire.readings_search') IS NOT NULL AS "hasIndex",
    EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS "hasTrigrams",
    EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') AS "mayHaveTrigrams",
    current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
      AS "maxConnections",
    (SELECT count(*)::integer FROM pg_stat_activity WHERE datname IS NOT NULL) AS "usedConnections",
    extract(epoch FROM clock_timestamp())::double precision * 1000 AS "nowMs"`;

/**
 * Asks a database what it says of itself, and changes nothing. Throws `READINGS_UNREACHABLE`, `READINGS_REFUSED`,
 * `READINGS_OVERLOADED` and `POOL_DRIVER_MISSING`.
 */
export async function inspectPostgresReadings(options: {
  readonly connection: PgConnectionOptions;
  /** How long it may take to answer. Default 10,000, at least 1. */
  readonly timeoutMs?: number;
}): Promise<PostgresFacts> {
  const { connection, timeoutMs = 10_000 } = options;
  const pool = createPgPool({
    name: 'doctor',
    connection,
    limits: { min: 0, max: 1 },
    openTimeoutMs: timeoutMs,
  });
  try {
    return await new Database(pool, timeoutMs).use(inspect);
  } catch (error) {
    throw postgresError(error);
  } finally {
    await pool.destroy();
  }
}

async function inspect(client: PgClient): Promise<PostgresFacts> {
  // The first statement of a session takes longer than the ones after it.
  await client.query('SELECT 1');
  const askedAt = Date.now();
  const { rows } = await client.query(facts);
  const { hasTables, hasIndex, hasTrigrams, mayHaveTrigrams, nowMs, ...row } = rows[0];
  const aheadMs = nowMs - (askedAt + Date.now()) / 2;
  const absence = mayHaveTrigrams ? (row.mayCreate ? 'possible' : 'refused') : 'absent';
  return {
    ...row,
    knownVersion: migrations.length,
    trigrams: hasIndex || hasTrigrams ? 'ready' : absence,
    aheadMs,
    version: undefined,
    missingRights: undefined,
    ...(hasTables && (await inspectTables(client))),
  };
}

async function inspectTables(client: PgClient): Promise<Pick<PostgresFacts, 'version' | 'missingRights'>> {
  const mayRead = await client.query(
    "SELECT has_table_privilege('inkwire.readings_version', 'SELECT') AS it",
  );
  const { rows } = mayRead.rows[0].it
    ? await client.query('SELECT version FROM inkwire.readings_version')
    : { rows: [] };
  const version = rows[0]?.version ?? migrations.length;
  if (version !== migrations.length) return { version, missingRights: undefined };
  try {
    await expectWritable(client, '"inkwire"');
    return { version, missingRights: undefined };
  } catch (error) {
    if (!(error instanceof ReadingsError)) throw error;
    return { version, missingRights: error.message };
  }
}
