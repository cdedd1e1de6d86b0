export type { Durability } from '@inkwire/lmdb';
export { backupLmdbTables, checkLmdbTables } from './backup.ts';
export { type LmdbTablesOptions, openLmdbTables } from './lmdb-tables.ts';
