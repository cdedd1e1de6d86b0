import type { PgClient } from '@inkwire/pool/pg';
import { ReadingsError } from '../errors.ts';

const tables = ['readings_head', 'readings', 'reading_pictures', 'readings_count'];

/** Throws `READINGS_UNWRITABLE`, naming what lacks, unless readings can be kept by this role on this server. */
export async function expectWritable(client: PgClient, schema: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT current_user AS role, current_setting('transaction_read_only') = 'on' AS "isReadOnly",
       (SELECT string_agg(format('%s on %s', privilege, name), ', ')
        FROM unnest($1::text[]) AS name, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
        WHERE NOT has_table_privilege(name, privilege)) AS missing`,
    [tables.map((table) => `${schema}.${table}`)],
  );
  const { role, isReadOnly, missing } = rows[0];
  if (isReadOnly)
    throw new ReadingsError(
      'READINGS_UNWRITABLE',
      'The database is read-only, as a standby is: name the primary',
    );
  if (missing !== null)
    throw new ReadingsError(
      'READINGS_UNWRITABLE',
      `The role ${role} lacks rights to keep readings: ${missing}`,
    );
}
