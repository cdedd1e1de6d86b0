export { backupLmdbReadings, checkLmdbReadings } from './backup.ts';
export { type LmdbReadingsOptions, openLmdbReadings } from './lmdb-readings.ts';
