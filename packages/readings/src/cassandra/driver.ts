import type { ConnectionOptions } from 'node:tls';
import type { Client, ClientOptions, policies, QueryOptions, types } from 'cassandra-driver';
import { ReadingsError } from '../errors.ts';
import type { CassandraConnection } from './cassandra-url.ts';

export type Driver = typeof import('cassandra-driver');

/** Loads the driver. Throws `READINGS_DRIVER_MISSING` where it is not installed. */
export async function loadDriver(): Promise<Driver> {
  try {
    return (await import('cassandra-driver')).default;
  } catch (cause) {
    const message = 'Readings in Cassandra need its driver: npm install cassandra-driver';
    throw new ReadingsError('READINGS_DRIVER_MISSING', message, { cause });
  }
}

/** The port where nobody names one. */
export const defaultPort = 9042;

/** The options of TLS, undefined without it. Names are checked: the driver itself would trust any certificate. */
export function tlsOptions({ tls }: CassandraConnection): ConnectionOptions | undefined {
  if (tls === undefined || tls === false) return undefined;
  return { rejectUnauthorized: true, ...(tls === true ? {} : tls) };
}

/** How often a statement is tried again after the server's own timeout. */
const maxRetries = 2;

/** A node that is stopped costs so long, and not the 3 s of `readTimeout`: then another node is asked as well. */
const askAnotherAfterMs = 400;

/** A node that is away is tried again every second. The driver's own delays grow to ten minutes. */
const reconnectMs = 1000;

/**
 * What all connections have in common. Consistency is always said: the driver's own is LOCAL_ONE, with which a reading that was
 * kept may not be found. Numbers of 64 bits are BigInts.
 */
export function clientOptions(
  driver: Driver,
  connection: CassandraConnection,
  readTimeoutMs: number,
): ClientOptions {
  const { hosts, port = defaultPort, username, password } = connection;
  const sslOptions = tlsOptions(connection);
  return {
    contactPoints: [...hosts],
    // Not with the hosts: the driver would use this one's default for every node that it learns of.
    protocolOptions: { port },
    ...(username === undefined ? {} : { credentials: { username, password: password ?? '' } }),
    ...(sslOptions === undefined ? {} : { sslOptions }),
    encoding: { useBigIntAsLong: true },
    socketOptions: { readTimeout: readTimeoutMs, connectTimeout: readTimeoutMs },
    queryOptions: { prepare: true, isIdempotent: true, consistency: driver.types.consistencies.localQuorum },
    policies: {
      retry: retryPolicy(driver),
      reconnection: new driver.policies.reconnection.ConstantReconnectionPolicy(reconnectMs),
      speculativeExecution: new driver.policies.speculativeExecution.ConstantSpeculativeExecutionPolicy(
        askAnotherAfterMs,
        1,
      ),
    },
  };
}

/** The number of the consistency SERIAL in CQL's protocol. */
export const serial = 8;

/** For statements that may be done once only, or that define tables. */
export const once: QueryOptions = { isIdempotent: false };

/**
 * The driver's own policy gives up a write that timed out at the server, although another node may well do it: with one of
 * three nodes stopped, 21 of 32 in flight failed. All our statements may be done twice, except those with `once`.
 */
function retryPolicy(driver: Driver): policies.retry.RetryPolicy {
  class RetryIdempotent extends driver.policies.retry.RetryPolicy {
    override onWriteTimeout(info: policies.retry.OperationInfo, consistency: types.consistencies) {
      return this.#again(info, consistency);
    }

    override onReadTimeout(info: policies.retry.OperationInfo, consistency: types.consistencies) {
      return this.#again(info, consistency);
    }

    #again({ executionOptions, nbRetry }: policies.retry.OperationInfo, consistency: types.consistencies) {
      const mayRepeat = executionOptions.isIdempotent() && nbRetry < maxRetries;
      return mayRepeat ? this.retryResult(consistency, false) : this.rethrowResult();
    }
  }
  return new RetryIdempotent();
}

/** Ends a client. One that never connected, or whose nodes are away, may fail to. */
export async function shutDown(client: Client): Promise<void> {
  await client.shutdown().catch(() => {});
}
