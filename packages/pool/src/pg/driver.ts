import { systemCode } from '@inkwire/base';
import { PoolError } from '../errors.ts';

/** A column of an answer. */
export interface PgField {
  readonly name: string;
  /** The OID of its type. */
  readonly dataTypeID: number;
}

/** The answer to a query. */
// biome-ignore lint/suspicious/noExplicitAny: a row is what the query selects.
export interface PgResult<Row = any> {
  readonly rows: Row[];
  readonly rowCount: number | null;
  /** `SELECT`, `COMMIT`, … */
  readonly command: string;
  readonly fields: readonly PgField[];
}

/** A query as the driver takes it whole. */
export interface PgQueryConfig {
  readonly text: string;
  readonly values?: unknown[];
  /** The name of a prepared statement: the same text, prepared once on each connection. */
  readonly name?: string;
  /** Rows as arrays instead of objects. */
  readonly rowMode?: 'array';
  /** The parsers of values: the driver's `types`. */
  readonly types?: unknown;
}

/** The part of `pg.Client` that the adapter uses. */
export interface PgClient {
  connect(): Promise<unknown>;
  query(query: string | PgQueryConfig, values?: unknown[]): Promise<PgResult>;
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

/** The address and account of the database: what `pg.Client` takes. */
export type PgConnectionOptions = string | Readonly<Record<string, unknown>>;

/** The part of the module `pg` that the adapter uses. */
export interface PgDriver<Client extends PgClient = PgClient> {
  readonly Client: new (config: Record<string, unknown>) => Client;
}

// `pg` brings no types, and whoever uses the adapter may have others than we.
const importPg = () => import('pg' as string) as Promise<{ readonly default: PgDriver }>;

/** The installed driver. Rejects with `POOL_DRIVER_MISSING`, or with what went wrong inside the driver. */
export async function loadPg(load = importPg): Promise<PgDriver> {
  try {
    return (await load()).default;
  } catch (cause) {
    if (systemCode(cause) !== 'ERR_MODULE_NOT_FOUND' || !/package 'pg'/.test(String(cause))) throw cause;
    throw new PoolError('POOL_DRIVER_MISSING', 'PostgreSQL needs its driver: npm install pg', { cause });
  }
}

/** The options with which `pg.Client` is made. Throws a TypeError for anything but a URL or an object. */
export function configOf(connection: PgConnectionOptions): Readonly<Record<string, unknown>> {
  if (typeof connection === 'string') return { connectionString: connection };
  if (typeof connection === 'object' && connection !== null) return connection;
  throw new TypeError(`Expected \`connection\` to be a URL or an object, got \`${String(connection)}\``);
}

/** The same under an `application_name` of ours. One in the URL would win over it, and is taken out. */
export function named(config: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const { connectionString: url } = config;
  const connectionString =
    typeof url === 'string' ? url.replace(/(?<=[?&])application_name=[^&#]*&?/g, '') : url;
  return { ...config, connectionString, application_name: name };
}
