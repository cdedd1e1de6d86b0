/** `pg-pool` brings no types; this is the part of it that the bench uses. */
declare module 'pg-pool' {
  interface Releasable {
    release(): void;
  }

  export default class PgPool<Client> {
    constructor(options: { readonly max: number; readonly Client: new () => Client });
    connect(): Promise<Client & Releasable>;
    end(): Promise<void>;
  }
}
