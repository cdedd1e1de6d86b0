export type { ClientIdentity, ClientIdentitySource } from '../client-identity.ts';
export {
  createPgPool,
  type PgPool,
  type PgPoolOptions,
  type PgTransactionOptions,
} from './create-pg-pool.ts';
export type {
  PgClient,
  PgConnectionOptions,
  PgDriver,
  PgField,
  PgQueryConfig,
  PgResult,
} from './driver.ts';
export { createPgFence, type PgFenceOptions } from './fence.ts';
