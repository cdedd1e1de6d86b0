/// <reference path="../pg.d.ts" />
import { createLeaseClient, createWireTransport, type LeaseClient } from '@inkwire/pool/leases';
import { createMysqlPool } from '@inkwire/pool/mysql';
import { type ClientIdentitySource, createPgPool } from '@inkwire/pool/pg';
import { createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { Pool as OtherPool } from 'pg';
import type { Access, PoolState } from './messages.ts';

/** A way to the database that is open. */
export interface OpenAccess {
  /** Runs a query that is in the database for so long, with a little work for its processor. */
  query(serviceMs: number): Promise<unknown>;
  /** What our pool says of itself; undefined for another's. */
  state(): PoolState | undefined;
  close(): Promise<void>;
}

const postgresQuery = 'select pg_sleep($1), (select sum(i) from generate_series(1, 500) as i)';
const mysqlQuery = 'select sleep(?)';
/** Until then a query has its connection, or an error. */
const acquireTimeoutMs = 10_000;
/** An allocator that comes back waits for one lease, and fences whoever it has not heard of by then. */
const reconnecting = { initialMs: 20, maxMs: 200 };

export function openAccess(name: string, access: Access): OpenAccess {
  if (access.kind === 'pg-pool') return openOther(name, access);
  return access.kind === 'fixed' ? openFixed(name, access) : openLeased(name, access);
}

function openOther(name: string, { url, max }: Access & { kind: 'pg-pool' }): OpenAccess {
  const pool = new OtherPool({ connectionString: url, max, application_name: name });
  pool.on('error', () => {});
  return {
    query: (serviceMs) => pool.query(postgresQuery, [serviceMs / 1000]),
    state: () => undefined,
    close: () => pool.end(),
  };
}

/** Our pool, over the adapter for that address. */
function openOurs(name: string, url: string, client: ClientIdentitySource, max: number) {
  const options = { name, client, connection: url, limits: { min: 0, max }, acquireTimeoutMs };
  const isPostgres = url.startsWith('postgres:');
  const pool = isPostgres ? createPgPool(options) : createMysqlPool(options);
  const statement = isPostgres ? postgresQuery : mysqlQuery;
  return { pool, query: (serviceMs: number) => pool.query(statement, [serviceMs / 1000]) };
}

function openFixed(name: string, { url, max }: Access & { kind: 'fixed' }): OpenAccess {
  const { pool, query } = openOurs(name, url, { name, incarnation: 'fixed' }, max);
  return { query, state: () => pool.stats(), close: () => pool.close() };
}

function openLeased(name: string, access: Access & { kind: 'leased' }): OpenAccess {
  let leases: LeaseClient | undefined;
  const identity = () => ({ name, incarnation: leases!.incarnation });
  const { pool, query } = openOurs(name, access.url, identity, 0);
  const dial = (options: object) => dialStream({ host: '127.0.0.1', port: access.allocatorPort, ...options });
  const wire = createClient({ dial, multiplexed: true, backoff: reconnecting });
  const transport = createWireTransport({ client: wire, name });
  leases = createLeaseClient({ pool, transport, name, floor: access.floor });
  return {
    query,
    state: () => ({ ...pool.stats(), lease: leases.state, fenced: leases.counts.fenced }),
    async close() {
      await leases.close();
      await pool.close();
      await transport.close();
      await wire.close();
    },
  };
}
