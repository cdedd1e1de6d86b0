/**
 * The tables of readings, by versions of the schema. A migration is one transaction under an advisory lock, so that several
 * hubs may start at once: the first migrates, the others find it done. A version is never changed once it was released.
 *
 *     readings_version   version                the last migration that was done
 *     readings_head      position               of the newest id; its lock is the turn to keep
 *     readings           id, time, text, …      a row for each reading; `search` has all that a search looks at
 *     reading_pictures   id, picture, prepared  the picture as it arrived, and 784 bytes for each digit, one after the other
 *     readings_count     kept                   how many rows `readings` has
 *
 * Pictures have a table of their own, so that lists and searches read little: with small drawings of one digit the table of
 * readings is 0.3 KB a row instead of 1.6, and a search through it takes 0.4 of the time. PostgreSQL itself moves out only what is
 * above 2 KB. It costs 5 % of the readings kept a second.
 */
import type { PgClient } from '@inkwire/pool/pg';
import { ReadingsError } from '../errors.ts';
import { separator } from '../stored-text.ts';
import { transact } from './database.ts';
import { isFromServer } from './postgres-errors.ts';

/** `schema` is a quoted identifier. */
type Migration = (schema: string) => string;

export const migrations: readonly Migration[] = [
  (schema) => `
    CREATE TABLE ${schema}.readings_head (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      position bigint NOT NULL
    );
    INSERT INTO ${schema}.readings_head (position) VALUES (0);
    CREATE TABLE ${schema}.readings (
      id uuid PRIMARY KEY,
      time timestamptz NOT NULL,
      source text NOT NULL,
      text text NOT NULL,
      written text NOT NULL,
      corrected text,
      confidence double precision NOT NULL,
      unsure boolean NOT NULL,
      model text NOT NULL,
      width integer NOT NULL,
      height integer NOT NULL,
      label text,
      detector text,
      digits json NOT NULL,
      cells json,
      search text COLLATE "C" NOT NULL GENERATED ALWAYS AS (
        text
        || CASE WHEN written = text THEN '' ELSE '${separator}' || written END
        || CASE WHEN corrected IS NULL THEN '' ELSE '${separator}' || corrected END
      ) STORED
    );
    CREATE INDEX readings_unsure ON ${schema}.readings (id) WHERE unsure;
    CREATE TABLE ${schema}.reading_pictures (
      id uuid PRIMARY KEY,
      type text NOT NULL,
      picture bytea NOT NULL,
      prepared bytea NOT NULL
    );
    ALTER TABLE ${schema}.reading_pictures ALTER picture SET STORAGE EXTERNAL;`,

  // Health checks and metrics ask for the number of readings every few seconds: to count 1,000,000 takes 50 ms right after
  // a VACUUM and 200 to 500 ms otherwise. Triggers count also what others write.
  (schema) => `
    LOCK TABLE ${schema}.readings IN SHARE ROW EXCLUSIVE MODE;
    CREATE TABLE ${schema}.readings_count (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      kept bigint NOT NULL
    );
    INSERT INTO ${schema}.readings_count (kept) SELECT count(*) FROM ${schema}.readings;
    CREATE FUNCTION ${schema}.count_readings() RETURNS trigger LANGUAGE plpgsql AS $function$
    BEGIN
      IF TG_OP = 'TRUNCATE' THEN
        UPDATE ${schema}.readings_count SET kept = 0;
      ELSIF EXISTS (SELECT FROM changed) THEN
        UPDATE ${schema}.readings_count
        SET kept = kept + (SELECT count(*) FROM changed) * CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
      END IF;
      RETURN NULL;
    END $function$;
    CREATE TRIGGER readings_kept AFTER INSERT ON ${schema}.readings
      REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.count_readings();
    CREATE TRIGGER readings_removed AFTER DELETE ON ${schema}.readings
      REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.count_readings();
    CREATE TRIGGER readings_emptied AFTER TRUNCATE ON ${schema}.readings
      FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.count_readings();`,
];

/** PostgreSQL 12: columns that are generated. */
const oldestServer = 120_000;

/** For tests: the versions to go through. And whether tables may be made where there are none; default true. */
export interface MigrateOptions {
  readonly steps?: readonly Migration[];
  readonly mayCreate?: boolean;
}

/** Whether the tables are of this version. Throws `READINGS_FOREIGN` or `READINGS_UNWRITABLE` for a server that cannot have them. */
export async function isCurrent(client: PgClient, schema: string): Promise<boolean> {
  await expectServer(client);
  const version = await versionOf(client, schema);
  return version === migrations.length && !(await lacksTrigrams(client, schema));
}

/** How long a migration waits for transactions that use the tables; those that come later wait for it. */
const lockTimeoutMs = 10_000;

/**
 * Makes the tables, or brings those of an earlier version forward; that may take as long as there are readings. Throws
 * `READINGS_FOREIGN`, or `READINGS_MISSING` where there are none and they may not be made.
 */
export async function migrate(
  client: PgClient,
  schema: string,
  { steps = migrations, mayCreate = true }: MigrateOptions = {},
): Promise<void> {
  await transact(client, async () => {
    // Whoever migrates now may need long, so this wait has no end.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `inkwire readings ${schema}`,
    ]);
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    const version = await versionOf(client, schema);
    if (version === steps.length) return addTrigrams(client, schema);
    if (version > steps.length)
      throw new ReadingsError(
        'READINGS_FOREIGN',
        `The readings in schema ${schema} are of version ${version}, and this program knows ${steps.length}: use a newer one`,
      );
    if (version === 0 && !mayCreate)
      throw new ReadingsError(
        'READINGS_MISSING',
        `No readings were kept in schema ${schema} of the database`,
      );
    if (version === 0) await begin(client, schema);
    for (const step of steps.slice(version)) await client.query(step(schema));
    await client.query(`UPDATE ${schema}.readings_version SET version = $1`, [steps.length]);
    await addTrigrams(client, schema);
  });
}

async function expectServer(client: PgClient): Promise<void> {
  const { rows } = await client.query(
    "SELECT current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding",
  );
  const { version, encoding } = rows[0];
  if (version < oldestServer)
    throw new ReadingsError(
      'READINGS_FOREIGN',
      `PostgreSQL ${version} is too old to keep readings: they need version 12`,
    );
  if (encoding !== 'UTF8')
    throw new ReadingsError(
      'READINGS_UNWRITABLE',
      `The database has the encoding ${encoding}, and readings need UTF8: CREATE DATABASE … ENCODING 'UTF8'`,
    );
}

/** SQL for the name of a schema as this program quotes it. `quote_ident` quotes only where it has to. */
const quotedName = `'"' || replace(nspname, '"', '""') || '"'`;

/** 0 where there are no tables. */
async function versionOf(client: PgClient, schema: string): Promise<number> {
  if (!(await isThere(client, schema, 'readings_version'))) return 0;
  const { rows } = await client.query(`SELECT version FROM ${schema}.readings_version`);
  return Number(rows[0]?.version ?? 0);
}

/**
 * Whether a schema has a table or index of that name. `to_regclass` would be shorter, but it asks the session's cache, which
 * within a transaction still has what was true before the wait for the lock.
 */
async function isThere(client: PgClient, schema: string, name: string): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE ${quotedName} = $1 AND relname = $2`,
    [schema, name],
  );
  return rows.length > 0;
}

async function begin(client: PgClient, schema: string): Promise<void> {
  const { rows } = await client.query(`SELECT FROM pg_namespace WHERE ${quotedName} = $1`, [schema]);
  // Not IF NOT EXISTS, for which a role needs the right to create schemas also where there is one.
  if (rows.length === 0) await client.query(`CREATE SCHEMA ${schema}`);
  if (await isThere(client, schema, 'readings'))
    throw new ReadingsError(
      'READINGS_FOREIGN',
      `Schema ${schema} has a table readings of another program: choose another schema`,
    );
  await client.query(`
    CREATE TABLE ${schema}.readings_version (version integer NOT NULL);
    INSERT INTO ${schema}.readings_version VALUES (0)`);
}

const trigramIndex = 'readings_search';

/** Whether the index for searches is not there and could be: a role that may not create it works without. */
async function lacksTrigrams(client: PgClient, schema: string): Promise<boolean> {
  if (await isThere(client, schema, trigramIndex)) return false;
  const { rows } = await client.query(
    `SELECT FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
     WHERE ${quotedName} = $1 AND relname = 'readings' AND pg_has_role(relowner, 'USAGE')
       AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')
       AND (EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm')
         OR has_database_privilege(current_database(), 'CREATE'))`,
    [schema],
  );
  return rows.length > 0;
}

/** Creates the index for searches where pg_trgm is there or may be created; without it a search reads every row. */
async function addTrigrams(client: PgClient, schema: string): Promise<void> {
  if (!(await lacksTrigrams(client, schema))) return;
  await client.query('SAVEPOINT trigrams');
  try {
    await client.query(`CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ${schema}`);
    const { rows } = await client.query(
      "SELECT quote_ident(nspname) AS place FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_trgm'",
    );
    await client.query(
      `CREATE INDEX ${trigramIndex} ON ${schema}.readings USING gin (search ${rows[0].place}.gin_trgm_ops)`,
    );
  } catch (error) {
    if (!isFromServer(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT trigrams');
  }
}
