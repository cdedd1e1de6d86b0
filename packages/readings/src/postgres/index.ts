export { openPostgresReadings, type PostgresReadingsOptions } from './postgres-readings.ts';
