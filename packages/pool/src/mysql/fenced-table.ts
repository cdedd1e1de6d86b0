import { ask, errnoOf, type MysqlConnection } from './driver.ts';

/**
 * The incarnations that were fenced, for good. A process that was paused resumes where it stopped and opens connections; it
 * reads this table before it uses one. The first fence makes the table; without it no client was fenced. It stands in the schema
 * that the clients' connections name, for in another one they might not read it.
 */
const create = `
  CREATE TABLE IF NOT EXISTS inkwire_fenced (
    incarnation VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
    client VARCHAR(200) NOT NULL,
    fenced_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
  )`;

const undefinedTable = 1146;

export async function rememberFenced(
  connection: MysqlConnection,
  name: string,
  incarnation: string,
): Promise<void> {
  await connection.query(create);
  await connection.query('INSERT IGNORE INTO inkwire_fenced (incarnation, client) VALUES (?, ?)', [
    incarnation,
    name,
  ]);
}

/** Whether a session commits by itself, and whether an incarnation was fenced: one round trip once the table is there. */
export async function readSessionState(
  connection: MysqlConnection,
  incarnation: string | undefined,
): Promise<{ readonly commits: boolean; readonly isFenced: boolean }> {
  const commits = '@@autocommit AS commits';
  const isFenced = 'EXISTS (SELECT 1 FROM inkwire_fenced WHERE incarnation = ?) AS isFenced';
  const readCommits = () => ask(connection, `SELECT ${commits}`);
  const [seen] =
    incarnation === undefined
      ? await readCommits()
      : await ask(connection, `SELECT ${commits}, ${isFenced}`, [incarnation]).catch((error) => {
          if (errnoOf(error) !== undefinedTable) throw error;
          return readCommits();
        });
  return { commits: Number(seen?.commits) === 1, isFenced: Number(seen?.isFenced ?? 0) !== 0 };
}
