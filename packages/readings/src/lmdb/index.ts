export { backupLmdbReadings } from './backup.ts';
export { type LmdbReadingsOptions, openLmdbReadings } from './lmdb-readings.ts';
