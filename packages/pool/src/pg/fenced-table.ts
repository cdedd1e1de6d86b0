import { systemCode } from '@inkwire/base';
import type { PgClient } from './driver.ts';

/**
 * The incarnations that were fenced, for good. A process that was paused resumes where it stopped and opens connections; it
 * looks here before it uses one. The table is made by the first fence, in one implicit transaction with the right of every
 * role to read it; without it no client was fenced. Its schema is always the same, whatever the search path of either side.
 */
const create = `
  CREATE SCHEMA IF NOT EXISTS inkwire;
  CREATE TABLE IF NOT EXISTS inkwire.fenced (
    incarnation text PRIMARY KEY,
    client text NOT NULL,
    fenced_at timestamptz NOT NULL DEFAULT now()
  );
  GRANT USAGE ON SCHEMA inkwire TO PUBLIC;
  GRANT SELECT ON inkwire.fenced TO PUBLIC`;

const sessionName = "current_setting('application_name') AS name";

/** SQLSTATEs of a table or schema that is not there, and of two who make it at once. */
const [undefinedTable, uniqueViolation] = ['42P01', '23505'];

/** Makes the table only where it lacks: where it was made for the fence, its role needs no right to create. */
export async function rememberFenced(client: PgClient, name: string, incarnation: string): Promise<void> {
  const insert = 'INSERT INTO inkwire.fenced (incarnation, client) VALUES ($1, $2) ON CONFLICT DO NOTHING';
  const remember = () => client.query(insert, [incarnation, name]);
  const make = () => client.query(create).catch(on(uniqueViolation, () => undefined));
  await remember().catch(on(undefinedTable, () => make().then(remember)));
}

/** The `application_name` of a session at the server, and whether an incarnation was fenced: one round trip once the table exists. */
export async function readSessionState(
  client: PgClient,
  incarnation: string,
): Promise<{ readonly name: string; readonly isFenced: boolean }> {
  const isFenced = 'EXISTS (SELECT FROM inkwire.fenced WHERE incarnation = $1)';
  const { rows } = await client
    .query(`SELECT ${sessionName}, ${isFenced} AS "isFenced"`, [incarnation])
    .catch(on(undefinedTable, () => client.query(`SELECT ${sessionName}, false AS "isFenced"`)));
  return rows[0];
}

/** Returns a handler of one SQLSTATE, which throws any other error again. */
function on<T>(code: string, handle: () => T): (error: unknown) => T {
  return (error) => {
    if (systemCode(error) !== code) throw error;
    return handle();
  };
}
