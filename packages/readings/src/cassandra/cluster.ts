/** What the cluster is: its datacentres, the keyspace and its copies, and what they promise. */
import { ReadingsError } from '../errors.ts';
import type { CassandraConnection } from './cassandra-url.ts';
import type { Database } from './database.ts';
import { define } from './migrations.ts';

/** How many nodes each datacentre has, as the node that was asked knows it. */
export type DataCenters = ReadonlyMap<string, number>;

/** The nodes by datacentre. */
export async function dataCentersOf(database: Database): Promise<DataCenters> {
  const counts = new Map<string, number>();
  for (const table of ['local', 'peers']) {
    const { rows } = await database.run(
      { query: `SELECT data_center FROM system.${table}`, params: [] },
      { prepare: false },
    );
    for (const { data_center: name } of rows) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** The datacentre whose nodes are asked. Throws `READINGS_REFUSED` where it is not there, or has to be named. */
export function localDataCenter(given: string | undefined, known: DataCenters): string {
  const names = [...known.keys()].join(', ');
  if (given === undefined) {
    const [only] = known.keys();
    if (known.size === 1) return only!;
    throw new ReadingsError(
      'READINGS_REFUSED',
      `The cluster has several datacentres, name one of them: ${names}`,
    );
  }
  if (known.has(given)) return given;
  throw new ReadingsError('READINGS_REFUSED', `The cluster has no datacentre ${given}: it has ${names}`);
}

/** The copies in each datacentre. */
type Replication = Readonly<Record<string, number>>;

/**
 * Makes the keyspace where it is absent, with copies that the cluster can hold. Throws `READINGS_MISSING` where it may not, and
 * `READINGS_UNWRITABLE` for more copies than nodes: Cassandra itself would only refuse each reading later.
 */
export async function ensureKeyspace(
  database: Database,
  connection: CassandraConnection & { readonly keyspace: string },
  {
    local,
    known,
    mayCreate,
  }: { readonly local: string; readonly known: DataCenters; readonly mayCreate: boolean },
): Promise<void> {
  const { keyspace, force = false } = connection;
  if ((await replicationOf(database, keyspace)) !== undefined) return;
  if (!mayCreate) throw new ReadingsError('READINGS_MISSING', `There is no keyspace ${keyspace}`);
  const replication = askedReplication(connection, local, known);
  if (!force) expectEnoughNodes(replication, known);
  const options = Object.entries(replication).map(
    ([name, factor]) => `'${name.replaceAll("'", "''")}': ${factor}`,
  );
  await define(
    database,
    `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', ${options.join(', ')}}`,
  );
}

/** Three copies survive the loss of one node and go on meanwhile. Two do not go on: a quorum is both. */
function askedReplication(
  { replication }: CassandraConnection,
  local: string,
  known: DataCenters,
): Replication {
  if (typeof replication === 'object') return replication;
  return { [local]: replication ?? ((known.get(local) ?? 1) >= 3 ? 3 : 1) };
}

function expectEnoughNodes(replication: Replication, known: DataCenters): void {
  for (const [name, factor] of Object.entries(replication)) {
    const nodes = known.get(name) ?? 0;
    if (factor > nodes)
      throw new ReadingsError(
        'READINGS_UNWRITABLE',
        `A replication of ${factor} in datacentre ${name} needs as many nodes, and it has ${nodes}: start them first, or force it`,
      );
  }
}

/** The options of a keyspace's replication as the server has them; undefined where there is no such keyspace. */
async function replicationOf(
  database: Database,
  keyspace: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const query = 'SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?';
  return (await database.run({ query, params: [keyspace] })).first()?.replication;
}

/** What the cluster does not promise that a reader of the contract may expect, each in a sentence. */
export async function promisesMissing(
  database: Database,
  connection: CassandraConnection & { readonly keyspace: string },
  { local, known }: { readonly local: string; readonly known: DataCenters },
): Promise<readonly string[]> {
  const { keyspace } = connection;
  const options = (await replicationOf(database, keyspace)) ?? {};
  const factor = Number(options[local] ?? options.replication_factor ?? 0);
  const isPeriodic = (await commitLogOf(database)) === 'periodic';
  const missing: string[] = [];
  if (factor <= 1 && isPeriodic)
    missing.push(
      `Keyspace ${keyspace} keeps one copy of each reading, and its node writes its commit log every few seconds: when that node is killed, readings that were acknowledged since are lost. Set commitlog_sync: group in cassandra.yaml, or keep 3 copies on 3 nodes.`,
    );
  else if (factor <= 1)
    missing.push(
      `Keyspace ${keyspace} keeps one copy of each reading: they are lost with the disk of their node. Keep 3 copies on 3 nodes.`,
    );
  if (factor === 2)
    missing.push(
      `Keyspace ${keyspace} keeps 2 copies of each reading, and both have to answer: readings stop while one node is away. Keep 3.`,
    );
  if (factor > (known.get(local) ?? 0))
    missing.push(
      `Keyspace ${keyspace} asks for ${factor} copies of each reading, and datacentre ${local} has fewer nodes.`,
    );
  const asked = connection.replication;
  const isOther =
    typeof asked === 'object'
      ? Object.entries(asked).some(([name, copies]) => Number(options[name] ?? 0) !== copies)
      : asked !== undefined && asked !== factor;
  if (isOther)
    missing.push(
      `Keyspace ${keyspace} keeps ${factor} copies of each reading in ${local}, which is not the replication asked for: ALTER KEYSPACE changes it, and a repair has to follow.`,
    );
  return missing;
}

/** How the node that is asked writes its commit log; undefined where its settings may not be read. */
async function commitLogOf(database: Database): Promise<string | undefined> {
  const query = "SELECT value FROM system_views.settings WHERE name = 'commitlog_sync'";
  try {
    return (await database.run({ query, params: [] }, { prepare: false })).first()?.value;
  } catch {
    return undefined;
  }
}
