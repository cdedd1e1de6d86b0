export type { Durability } from '@inkwire/lmdb';
export { type LmdbTablesOptions, openLmdbTables } from './lmdb-tables.ts';
