export type { Durability } from '@inkwire/lmdb';
export { backupLmdbTables } from './backup.ts';
export { type LmdbTablesOptions, openLmdbTables } from './lmdb-tables.ts';
