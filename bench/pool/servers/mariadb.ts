import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { freePort, makeDataDirectory, runAsUser, startServerProcess } from './server-process.ts';

export interface MariadbOptions {
  /** Connections of applications; one more is always kept for a superuser. Default 100. */
  readonly maxConnections?: number;
}

/** A MariaDB server with a database `app` and the users `app` (no password, all rights on `app`) and `judge` (a superuser). */
export interface MariadbServer extends AsyncDisposable {
  /** For applications. */
  readonly url: string;
  /** For the judge, who always has a place. */
  readonly superuserUrl: string;
  /** How many connections applications may have. */
  readonly capacity: number;
}

const program = '/usr/sbin/mariadbd';
const user = 'mysql';

/** Starts a MariaDB server on a free loopback port; it keeps nothing when disposed of. */
export async function startMariadb({ maxConnections = 100 }: MariadbOptions = {}): Promise<MariadbServer> {
  if (!existsSync(program)) throw new Error('MariaDB is not installed');
  const directory = makeDataDirectory('mariadb', user);
  const data = `--datadir=${join(directory, 'data')}`;
  const port = await freePort();
  const superuserUrl = `mysql://judge@127.0.0.1:${port}/app`;
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    await writeFile(join(directory, 'users.sql'), initialUsers);
    runAsUser(user, ['mariadb-install-db', '--no-defaults', data, ...initialSettings]);
    const server = await startServerProcess({
      user,
      command: [program, '--no-defaults', data, ...settings(directory, port, maxConnections)],
      ask: async () => (await connectMariadb(superuserUrl)).end(),
    });
    return {
      url: `mysql://app@127.0.0.1:${port}/app`,
      superuserUrl,
      capacity: maxConnections,
      async [Symbol.asyncDispose]() {
        await server.stop('SIGKILL');
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const initialSettings = [
  '--auth-root-authentication-method=normal',
  '--skip-test-db',
  '--skip-name-resolve',
  '--innodb-log-file-size=4M',
];

/** Read at the start: one statement a line. */
const initialUsers = `
CREATE DATABASE app;
CREATE USER app@'127.0.0.1';
GRANT ALL ON app.* TO app@'127.0.0.1';
GRANT SELECT ON performance_schema.* TO app@'127.0.0.1';
CREATE USER judge@'127.0.0.1';
GRANT ALL ON *.* TO judge@'127.0.0.1';
`;

/** Nothing is kept, so nothing is synced. The performance schema is what tells connections' attributes. */
function settings(directory: string, port: number, maxConnections: number): string[] {
  return [
    `--init-file=${join(directory, 'users.sql')}`,
    `--socket=${join(directory, 'socket')}`,
    `--pid-file=${join(directory, 'pid')}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--max-connections=${maxConnections}`,
    '--skip-name-resolve',
    '--innodb-log-file-size=4M',
    '--innodb-buffer-pool-size=16M',
    '--innodb-flush-log-at-trx-commit=0',
    '--performance-schema=ON',
  ];
}

/** A session of the driver `mysql2` itself. Its end by the server is no unhandled error. */
export async function connectMariadb(url: string): Promise<Connection> {
  const connection = await createConnection(url);
  connection.on('error', () => {});
  return connection;
}
