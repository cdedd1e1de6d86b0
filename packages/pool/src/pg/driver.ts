import { PoolError } from '../errors.ts';

/** What a query answers. */
export interface PgResult {
  // biome-ignore lint/suspicious/noExplicitAny: a row is what the query selects.
  readonly rows: any[];
  readonly rowCount: number | null;
  /** `SELECT`, `COMMIT`, … */
  readonly command: string;
}

/** The part of `pg.Client` that the adapter uses. */
export interface PgClient {
  connect(): Promise<unknown>;
  query(text: string, values?: unknown[]): Promise<PgResult>;
  end(): Promise<unknown>;
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown;
  /** `I` outside a transaction, `T` inside, `E` inside one that has failed; null before the first answer. */
  getTransactionStatus(): string | null;
  /** Whether the server waits for a query. */
  readonly readyForQuery?: boolean;
  readonly connection: { readonly stream: { destroy(error?: Error): unknown } };
  readonly host: string;
  readonly port: number;
  readonly processID?: number | null;
  readonly secretKey?: number | null;
}

/** How to reach the database: what `pg.Client` takes. */
export type PgConnectionOptions = string | Readonly<Record<string, unknown>>;

/** The part of the module `pg` that the adapter uses. */
export interface PgDriver<Client extends PgClient = PgClient> {
  readonly Client: new (config: Record<string, unknown>) => Client;
}

/** The installed driver. Rejects with `POOL_DRIVER_MISSING`. */
export async function loadPg(): Promise<PgDriver> {
  try {
    // `pg` brings no types, and whoever uses the adapter may have others than we.
    const module = (await import('pg' as string)) as { readonly default: PgDriver };
    return module.default;
  } catch (cause) {
    throw new PoolError('POOL_DRIVER_MISSING', 'PostgreSQL needs its driver: npm install pg', { cause });
  }
}

export function configOf(connection: PgConnectionOptions): Record<string, unknown> {
  return typeof connection === 'string' ? { connectionString: connection } : { ...connection };
}
