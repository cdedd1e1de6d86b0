export type { ClientIdentity, ClientIdentitySource } from '../client-identity.ts';
export {
  createMysqlPool,
  type MysqlPool,
  type MysqlPoolOptions,
  type MysqlTransactionOptions,
} from './create-mysql-pool.ts';
export type {
  MysqlConnection,
  MysqlConnectionOptions,
  MysqlCore,
  MysqlDriver,
  MysqlResult,
} from './driver.ts';
export { createMysqlFence, type MysqlFenceOptions } from './fence.ts';
