import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runSql } from './postgres.ts';
import { freePort, makeDataDirectory, startServerProcess } from './server-process.ts';

export interface PgBouncerOptions {
  /** The port of the PostgreSQL behind it. */
  readonly databasePort: number;
  /** Most connections to that server. */
  readonly poolSize: number;
}

/** A PgBouncer between applications and a PostgreSQL of ours, pooling by transaction. */
export interface PgBouncer extends AsyncDisposable {
  readonly url: string;
  /** Closes its connections to the database, which it would otherwise keep for minutes. */
  disconnect(): Promise<void>;
}

const program = '/usr/sbin/pgbouncer';
const user = 'postgres';

export const hasPgBouncer = existsSync(program);

/** Starts a PgBouncer on a free loopback port. */
export async function startPgBouncer({ databasePort, poolSize }: PgBouncerOptions): Promise<PgBouncer> {
  const directory = makeDataDirectory('pgbouncer', user);
  const port = await freePort();
  const url = `postgres://app@127.0.0.1:${port}/app`;
  const file = join(directory, 'pgbouncer.ini');
  const disconnect = () => runSql(`postgres://app@127.0.0.1:${port}/pgbouncer`, 'KILL app', 'RESUME app');
  const remove = () => rm(directory, { recursive: true, force: true });
  await writeFile(file, configuration(port, databasePort, poolSize));
  try {
    const server = await startServerProcess({
      user,
      command: [program, file],
      ask: () => runSql(url, 'select 1'),
    });
    await disconnect(); // The question whether it is up has opened one.
    return {
      url,
      disconnect,
      async [Symbol.asyncDispose]() {
        await server.stop('SIGTERM');
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function configuration(port: number, databasePort: number, poolSize: number): string {
  return `
[databases]
app = host=127.0.0.1 port=${databasePort} user=app dbname=app
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
admin_users = app
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 2000
ignore_startup_parameters = extra_float_digits
`;
}
