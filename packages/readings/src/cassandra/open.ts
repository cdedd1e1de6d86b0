import { type Clock, expectInteger, expectNumber, systemClock, within } from '@inkwire/base';
import type { Client, ClientOptions } from 'cassandra-driver';
import type { Readings } from '../readings.ts';
import { cassandraError, silenceError } from './cassandra-errors.ts';
import { CassandraReadings } from './cassandra-readings.ts';
import { type CassandraConnection, keyspaceName, parseCassandraUrl } from './cassandra-url.ts';
import { dataCentersOf, ensureKeyspace, localDataCenter, promisesMissing } from './cluster.ts';
import { Database } from './database.ts';
import { clientOptions, type Driver, defaultPort, loadDriver, shutDown, tlsOptions } from './driver.ts';
import { Gate } from './gate.ts';
import { addTextIndex, migrate } from './migrations.ts';
import { expectCql } from './probe.ts';
import { Statements } from './statements.ts';

/** The cluster of the readings, and how it is used. */
export interface CassandraReadingsOptions {
  /** `cassandra://user:password@host1,host2:9042/keyspace?dc=…&replication=…&tls=true`, or its parts. */
  readonly connection: string | CassandraConnection;
  /** Whether keyspace and tables may be made where there are none. Default true. */
  readonly create?: boolean;
  /** Whether to create an index by exact text, for the queries of others. Needs Cassandra 5. Default false. */
  readonly textIndex?: boolean;
  /** How long the cluster may take to answer one statement. Default 10,000, at least 1. */
  readonly timeoutMs?: number;
  /** How long one node may take to answer before another is asked. Default 3,000, at least 1. */
  readonly nodeTimeoutMs?: number;
  /** How long the cluster may take to answer the first time, migrations aside. Default 10,000, at least 1. */
  readonly openTimeoutMs?: number;
  /** How many calls are under way at once. Default 64, at least 1. */
  readonly maxInFlight?: number;
  /** How long a call may wait for others before it is `READINGS_OVERLOADED`. Default 1,000, at least 0. */
  readonly waitMs?: number;
  /** How long a search runs before it returns what it has found. Default 5,000, at least 1. */
  readonly searchMs?: number;
  /** Receives each promise that the cluster does not give, as a sentence, before the readings are open. */
  readonly onWarning?: (sentence: string) => void;
  readonly clock?: Clock;
}

/**
 * Opens readings kept in a Cassandra cluster, and makes or migrates their keyspace and tables. `keep` resolves when a quorum of
 * the local datacentre has the reading. Several processes may open the same keyspace.
 *
 * Throws `READINGS_UNREACHABLE`, `READINGS_REFUSED`, `READINGS_OVERLOADED`, `READINGS_UNWRITABLE`, `READINGS_FOREIGN`,
 * `READINGS_MISSING` unless tables may be made, or `READINGS_DRIVER_MISSING`.
 */
export async function openCassandraReadings(options: CassandraReadingsOptions): Promise<Readings> {
  const connection = resolveConnection(options.connection);
  const limits = resolveLimits(options);
  const { create = true, clock = systemClock, onWarning = () => {} } = options;
  const { keyspace, port = defaultPort } = connection;
  const { nodeTimeoutMs, openTimeoutMs } = limits;
  const driver = await loadDriver();
  const timeoutMs = Math.min(nodeTimeoutMs, openTimeoutMs);
  await expectCql(connection.hosts, { port, tls: tlsOptions(connection), timeoutMs });

  const common = clientOptions(driver, connection, nodeTimeoutMs);
  // Which datacentre is near is not known yet, and there may be no keyspace: so this one asks any node.
  const loadBalancing = new driver.policies.loadBalancing.RoundRobinPolicy();
  const opening = await connect(
    driver,
    { ...common, policies: { ...common.policies, loadBalancing } },
    openTimeoutMs,
  );
  try {
    const database = new Database(opening, newGate(limits), openTimeoutMs);
    const known = await dataCentersOf(database);
    const local = localDataCenter(connection.dataCenter, known);
    await ensureKeyspace(database, connection, { local, known, mayCreate: create });
    await migrate(database, { keyspace, mayCreate: create });
    if (options.textIndex) await addTextIndex(database, keyspace);
    for (const sentence of await promisesMissing(database, connection, { local, known })) onWarning(sentence);
    const client = await connect(driver, { ...common, localDataCenter: local, keyspace }, openTimeoutMs);
    const gate = newGate(limits);
    return new CassandraReadings({
      client,
      gate,
      database: new Database(client, gate, limits.timeoutMs),
      statements: new Statements(keyspace, driver),
      searchMs: limits.searchMs,
      clock,
    });
  } catch (error) {
    throw cassandraError(error);
  } finally {
    await shutDown(opening);
  }
}

function resolveConnection(
  given: string | CassandraConnection,
): CassandraConnection & { readonly keyspace: string } {
  const connection = typeof given === 'string' ? parseCassandraUrl(given) : given;
  const { hosts, keyspace = 'inkwire', port } = connection;
  if (hosts.length === 0) throw new RangeError('Expected `hosts` to name at least one node');
  if (port !== undefined) expectInteger('port', port, { min: 1, max: 65_535 });
  if (!keyspaceName.test(keyspace))
    throw new RangeError(
      `Expected \`keyspace\` to be 1 to 48 small letters, digits and _, got \`${keyspace}\``,
    );
  return { ...connection, keyspace };
}

type Limits = ReturnType<typeof resolveLimits>;

function resolveLimits(options: CassandraReadingsOptions) {
  const { timeoutMs, nodeTimeoutMs, openTimeoutMs, maxInFlight, waitMs, searchMs } = options;
  return {
    timeoutMs: expectNumber('timeoutMs', timeoutMs ?? 10_000, { min: 1 }),
    nodeTimeoutMs: expectNumber('nodeTimeoutMs', nodeTimeoutMs ?? 3_000, { min: 1 }),
    openTimeoutMs: expectNumber('openTimeoutMs', openTimeoutMs ?? 10_000, { min: 1 }),
    maxInFlight: expectInteger('maxInFlight', maxInFlight ?? 64, { min: 1 }),
    waitMs: expectNumber('waitMs', waitMs ?? 1_000, { min: 0 }),
    searchMs: expectNumber('searchMs', searchMs ?? 5_000, { min: 1 }),
  };
}

/** Calls that may wait for others. Each may hold a picture. */
const maxWaiting = 1024;

function newGate({ maxInFlight, waitMs }: Limits): Gate {
  return new Gate({ limit: maxInFlight, maxWaiting, waitMs });
}

async function connect(driver: Driver, options: ClientOptions, timeoutMs: number): Promise<Client> {
  const client = new driver.Client(options);
  try {
    await within(client.connect(), { timeoutMs });
    return client;
  } catch (error) {
    await shutDown(client);
    if ((error as { code?: unknown }).code === 'BASE_TIMEOUT') throw silenceError(timeoutMs);
    throw cassandraError(error);
  }
}
