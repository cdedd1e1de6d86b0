import { EventEmitter } from 'node:events';
import type { PgClient, PgDriver, PgQueryConfig, PgResult } from '../src/pg/index.ts';
import type { FakeServer, FakeSession } from './fake-server.ts';

/** The module `pg`, as far as the adapter uses it, with a server in this process. */
export function fakePg(server: FakeServer): PgDriver {
  return {
    Client: class extends EventEmitter implements PgClient {
      readonly host = '/nowhere';
      readonly port = 0;
      readonly processID = null;
      readonly secretKey = null;
      readonly connection = { stream: { destroy: () => this.#close() } };
      readonly #name: string;
      #session: FakeSession | undefined;
      #isClosed = false;

      constructor(config: Record<string, unknown>) {
        super();
        this.#name = String(config.application_name ?? '');
      }

      get readyForQuery(): boolean {
        return this.#session?.isBusy === false;
      }

      async connect(): Promise<void> {
        await new Promise(setImmediate);
        this.#session = server.connect(this.#name, () => this.#lost());
      }

      async query(query: string | PgQueryConfig, values?: unknown[]): Promise<PgResult> {
        if (this.#isClosed) throw new Error('Client was closed and is not queryable');
        const whole = typeof query === 'string' ? { text: query } : query;
        const { rows, command } = await this.#session!.run(whole.text, values ?? whole.values);
        const fields = Object.keys(rows[0] ?? {}).map((name) => ({ name, dataTypeID: 23 }));
        const answered = whole.rowMode === 'array' ? rows.map((row) => Object.values(row)) : [...rows];
        return { rows: answered, rowCount: rows.length, command, fields };
      }

      async end(): Promise<void> {
        this.#close();
      }

      getTransactionStatus(): string {
        const transaction = this.#session?.transaction;
        return transaction === undefined ? 'I' : transaction.hasFailed ? 'E' : 'T';
      }

      #lost(): void {
        if (!this.#isClosed) this.emit('error', new Error('Connection terminated unexpectedly'));
        this.#close();
      }

      #close(): void {
        if (this.#isClosed) return;
        this.#isClosed = true;
        this.#session?.end();
        process.nextTick(() => this.emit('end'));
      }
    },
  };
}
