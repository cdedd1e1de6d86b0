export { type LmdbTablesOptions, openLmdbTables } from './lmdb-tables.ts';
export type { Durability } from './store.ts';
