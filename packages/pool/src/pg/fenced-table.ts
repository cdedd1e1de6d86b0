import type { PgClient } from './driver.ts';

/**
 * The incarnations that were fenced, for good. A process that was paused goes on where it stopped and opens connections; it
 * looks here before it uses one. The table is made by the first fence; without it nobody was fenced.
 */
const create = `
  CREATE TABLE IF NOT EXISTS inkwire_fenced (
    incarnation text PRIMARY KEY,
    client text NOT NULL,
    fenced_at timestamptz NOT NULL DEFAULT now()
  )`;

/** SQLSTATEs of a table that is not there, and of two who make it at once. */
const [undefinedTable, uniqueViolation] = ['42P01', '23505'];

export async function rememberFenced(client: PgClient, name: string, incarnation: string): Promise<void> {
  await client.query(create).catch(unless(uniqueViolation));
  await client.query('GRANT SELECT ON inkwire_fenced TO PUBLIC').catch(() => {});
  await client.query(
    'INSERT INTO inkwire_fenced (incarnation, client) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [incarnation, name],
  );
}

export async function isFenced(client: PgClient, incarnation: string): Promise<boolean> {
  const answer = await client
    .query('SELECT 1 FROM inkwire_fenced WHERE incarnation = $1', [incarnation])
    .catch(unless(undefinedTable));
  return answer !== undefined && answer.rows.length > 0;
}

function unless(code: string): (error: unknown) => undefined {
  return (error) => {
    if ((error as { readonly code?: unknown }).code !== code) throw error;
  };
}
