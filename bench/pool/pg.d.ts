/** `pg` brings no types; this is the part of it that the benches and tests use. */
declare module 'pg' {
  export interface Result<Row> {
    readonly rows: Row[];
  }

  export interface ConnectionOptions {
    readonly connectionString: string;
    readonly connectionTimeoutMillis?: number;
    readonly application_name?: string;
  }

  export class Client {
    constructor(options: ConnectionOptions);
    connect(): Promise<void>;
    query<Row>(text: string, values?: readonly unknown[]): Promise<Result<Row>>;
    end(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): this;
  }

  export class Pool {
    constructor(options: ConnectionOptions & { readonly max: number });
    query(text: string, values?: readonly unknown[]): Promise<unknown>;
    end(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): this;
  }
}
