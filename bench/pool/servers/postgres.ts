/// <reference path="../pg.d.ts" />
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  freePort,
  makeDataDirectory,
  runAsUser,
  type ServerProcess,
  startServerProcess,
} from './server-process.ts';

export interface PostgresOptions {
  /** Connections of applications and superusers together. Default 100. */
  readonly maxConnections?: number;
}

/** A PostgreSQL server with a database `app`, owned by the user `app`, who may take all connections but the reserved ones. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** For applications. */
  readonly url: string;
  /** For the judge, who always has a place: connections are kept for superusers. */
  readonly superuserUrl: string;
  /** How many connections applications may have: `maxConnections` less the three that are reserved. */
  readonly capacity: number;
  /** Connections that the server has refused because there were too many, by its own log. */
  readonly refused: number;
  /** Stops the server: ending every session (the default), or without tidying up, so that it has to recover. */
  stop(how?: 'fast' | 'crash'): Promise<void>;
  /** Starts it again on the same port and data. */
  start(options?: PostgresOptions): Promise<void>;
}

const user = 'postgres';
export const reservedConnections = 3;
const tooManyConnections = '53300';

/** Where Debian keeps the programs of the newest PostgreSQL; undefined when it is not installed. */
function findPostgres(): string | undefined {
  const versions = '/usr/lib/postgresql';
  if (!existsSync(versions)) return undefined;
  const newest = readdirSync(versions).sort((a, b) => Number(b) - Number(a))[0];
  return newest && join(versions, newest, 'bin');
}

/** Starts a PostgreSQL server on a free loopback port; it trusts whoever connects, and keeps nothing when disposed of. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const programs = findPostgres();
  if (!programs) throw new Error('PostgreSQL is not installed');
  const directory = makeDataDirectory('postgres', user);
  const port = await freePort();
  const urlOf = (who: string) => `postgres://${who}@127.0.0.1:${port}/app`;
  let server: ServerProcess | undefined;
  let capacity = 0;
  let refused = 0;

  const start = async ({ maxConnections = capacity + reservedConnections }: PostgresOptions = {}) => {
    capacity = maxConnections - reservedConnections;
    server = await startServerProcess({
      user,
      command: [join(programs, 'postgres'), '-D', directory, ...settings(port, maxConnections)],
      ask: () => runSql(`postgres://${user}@127.0.0.1:${port}/postgres`, 'select 1'),
      onLine: (line) => {
        if (line.startsWith(tooManyConnections)) refused++;
      },
    });
  };
  const stop = async (how: 'fast' | 'crash' = 'fast') => {
    await server?.stop(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
    server = undefined;
  };
  const dispose = async () => {
    await stop('crash');
    await rm(directory, { recursive: true, force: true });
  };

  try {
    runAsUser(user, [
      join(programs, 'initdb'),
      '-D',
      directory,
      '-U',
      user,
      '-A',
      'trust',
      ...initialSettings,
    ]);
    await start({ maxConnections: options.maxConnections ?? 100 });
    await runSql(
      `postgres://${user}@127.0.0.1:${port}/postgres`,
      'create role app login',
      'create database app owner app',
    );
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    port,
    url: urlOf('app'),
    superuserUrl: urlOf(user),
    get capacity() {
      return capacity;
    },
    get refused() {
      return refused;
    },
    start,
    stop,
    [Symbol.asyncDispose]: dispose,
  };
}

const initialSettings = ['--no-sync', '--no-instructions', '--encoding=UTF8', '--locale=C'];

/** Nothing is kept, so nothing is synced; each line of the log begins with its SQLSTATE. */
function settings(port: number, maxConnections: number): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: maxConnections,
    superuser_reserved_connections: reservedConnections,
    max_wal_senders: 0,
    shared_buffers: '16MB',
    fsync: 'off',
    synchronous_commit: 'off',
    autovacuum: 'off',
    log_line_prefix: '%e ',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** A session of the driver `pg` itself. Its end by the server is no unhandled error. */
export async function connectPostgres(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Runs statements one after another in a session of their own. */
export async function runSql(url: string, ...statements: readonly string[]): Promise<void> {
  const client = await connectPostgres(url);
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end().catch(() => {});
  }
}
