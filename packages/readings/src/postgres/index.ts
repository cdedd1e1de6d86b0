export { inspectPostgresReadings, type PostgresFacts } from './inspect.ts';
export { openPostgresReadings, type PostgresReadingsOptions } from './postgres-readings.ts';
