export { type CassandraConnection, parseCassandraUrl } from './cassandra-url.ts';
export { type CassandraReadingsOptions, openCassandraReadings } from './open.ts';
