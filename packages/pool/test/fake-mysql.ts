import { EventEmitter } from 'node:events';
import type { MysqlConnection, MysqlCore, MysqlDriver, MysqlResult } from '../src/mysql/index.ts';
import type { FakeServer, FakeSession } from './fake-server.ts';

const [inTransaction, autocommit] = [1, 2];

/** The module `mysql2`, as far as the adapter uses it, with a server in this process. */
export function fakeMysql(server: FakeServer): MysqlDriver {
  return { createConnection: (config) => new FakeCore(server, config) };
}

class FakeCore extends EventEmitter implements MysqlCore {
  readonly stream: EventEmitter & { destroy(): void };
  readonly #server: FakeServer;
  readonly #name: string;
  #session: FakeSession | undefined;
  #isClosed = false;

  constructor(
    server: FakeServer,
    { connectAttributes = {} }: { connectAttributes?: Record<string, string> },
  ) {
    super();
    this.#server = server;
    this.#name = Object.values(connectAttributes).join(' ');
    this.stream = Object.assign(new EventEmitter(), { destroy: () => this.#close() });
  }

  get threadId(): number | null {
    return this.#session?.id ?? null;
  }

  get _command(): unknown {
    return this.#session?.isBusy || undefined;
  }

  connect(connected: (error: Error | null) => void): void {
    setImmediate(() => {
      try {
        this.#session = this.#server.connect(this.#name, () => this.#close());
        connected(null);
      } catch (error) {
        connected(error as Error);
      }
    });
  }

  promise(): MysqlConnection {
    // The driver takes an object as well, of which the adapter tells its users nothing.
    const query = (query: string | { readonly sql: string }, values?: unknown) =>
      this.#query(typeof query === 'string' ? query : query.sql, values);
    return { query, execute: query, ping: () => query('SELECT 1') };
  }

  end(): void {
    this.#close();
  }

  async #query(sql: string, values: unknown): Promise<MysqlResult> {
    if (this.#isClosed) throw new Error("Can't add new command when connection is in closed state");
    const session = this.#session!;
    const { rows, command } = await session.run(sql, values as unknown[]);
    if (command === 'SELECT') return [rows, [{ name: 'column' }]];
    const serverStatus =
      (session.transaction ? inTransaction : 0) | (session.commitsByItself ? autocommit : 0);
    return [{ affectedRows: 0, serverStatus }, undefined];
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#session?.leave();
    process.nextTick(() => this.stream.emit('close'));
  }
}
