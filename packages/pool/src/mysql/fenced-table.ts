import type { MysqlConnection } from './driver.ts';

/**
 * The incarnations that were fenced, for good. A process that was paused goes on where it stopped and opens connections; it
 * looks here before it uses one. The table is made by the first fence; without it nobody was fenced.
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

export async function isFenced(connection: MysqlConnection, incarnation: string): Promise<boolean> {
  try {
    const [rows] = await connection.query('SELECT 1 FROM inkwire_fenced WHERE incarnation = ?', [
      incarnation,
    ]);
    return rows.length > 0;
  } catch (error) {
    if ((error as { readonly errno?: unknown }).errno !== undefinedTable) throw error;
    return false;
  }
}
