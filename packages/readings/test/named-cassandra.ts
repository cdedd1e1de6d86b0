/** The Cassandra that INKWIRE_TEST_CASSANDRA names, as `npm run test:cassandra` does with the one that it starts. */
import cassandra from 'cassandra-driver';
import {
  type CassandraConnection,
  type CassandraReadingsOptions,
  parseCassandraUrl,
} from '../src/cassandra/index.ts';

const url = process.env.INKWIRE_TEST_CASSANDRA;

/** Why there is no Cassandra for tests here; undefined where there is one. */
export const noCassandra =
  url === undefined
    ? 'INKWIRE_TEST_CASSANDRA names none, and `npm run test:cassandra` starts one'
    : undefined;
if (noCassandra) process.stderr.write(`The tests with Cassandra are skipped: ${noCassandra}\n`);

/** A machine may be so busy that a node needs a minute for what takes a millisecond otherwise. */
export const patient = {
  timeoutMs: 600_000,
  nodeTimeoutMs: 300_000,
  openTimeoutMs: 600_000,
  waitMs: 600_000,
  searchMs: 600_000,
} satisfies Partial<CassandraReadingsOptions>;

let keyspaces = 0;

/** The connection to a keyspace of that name, or of a new one. */
export function connectionTo(keyspace = `test_${process.pid}_${Date.now().toString(36)}_${keyspaces++}`) {
  return { ...parseCassandraUrl(url!), keyspace };
}

type Cql = string | readonly [query: string, ...params: unknown[]];

/** Runs CQL as a person would, one statement after another, and returns the rows of the last. */
export function cql(...statements: readonly Cql[]): Promise<cassandra.types.Row[]> {
  return cqlOf(connectionTo('system'), statements);
}

/** The same in another cluster. */
export async function cqlOf(
  { hosts, port, username, password }: CassandraConnection,
  statements: readonly Cql[],
): Promise<cassandra.types.Row[]> {
  const client = new cassandra.Client({
    contactPoints: [...hosts],
    localDataCenter: 'dc1',
    ...(username === undefined ? {} : { credentials: { username, password: password ?? '' } }),
    ...(port === undefined ? {} : { protocolOptions: { port } }),
    socketOptions: { readTimeout: patient.nodeTimeoutMs },
  });
  try {
    let rows: cassandra.types.Row[] = [];
    for (const statement of statements) {
      const [query, ...params] = typeof statement === 'string' ? [statement] : statement;
      rows = (await client.execute(query, params, { prepare: params.length > 0 })).rows;
    }
    return rows;
  } finally {
    await client.shutdown();
  }
}

const tables = ['readings', 'readings_days', 'reading_pictures', 'readings_head'];

/** Empties the tables of readings. A deletion would hide what is written later with an earlier clock. */
export async function emptyBy(connection: CassandraConnection): Promise<void> {
  await cqlOf(
    connection,
    tables.map((table) => `TRUNCATE ${connection.keyspace}.${table}`),
  );
}
