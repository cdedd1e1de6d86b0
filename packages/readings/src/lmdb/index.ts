export { type LmdbReadingsOptions, openLmdbReadings } from './lmdb-readings.ts';
