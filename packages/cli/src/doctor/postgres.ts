import type { PostgresFacts } from '@inkwire/readings/postgres';
import { shownLocation } from '../settings/locations.ts';
import { type Check, type Finding, failure, ok, problem, warning } from './check.ts';

/** The connections of one server to the database of its readings. */
const poolSize = 10;
const skewMs = 2_000;

/** What stands between a server and its readings in PostgreSQL, out of what the database says of itself. */
export function findInDatabase(facts: PostgresFacts, schema = 'inkwire'): readonly Finding[] {
  return [
    findVersion(facts, schema),
    ...findRights(facts),
    ...findSearch(facts),
    findConnections(facts),
    findClock(facts),
    ...(facts.isFlushing
      ? []
      : [problem('fsync is off in the database: what was acknowledged is lost when its machine stops')]),
  ];
}

function findVersion({ version, knownVersion, mayCreate }: PostgresFacts, schema: string): Finding {
  if (version === undefined)
    return mayCreate
      ? ok(`There are no tables in schema ${schema} yet; they can be made`)
      : problem(
          `There are no tables in schema ${schema}, and the role may not make them: GRANT CREATE ON DATABASE`,
        );
  if (version > knownVersion)
    return problem(
      `The tables are of version ${version}, and this program knows ${knownVersion}: use a newer one`,
    );
  if (version < knownVersion)
    return warning(`The tables are of version ${version}: the next start brings them to ${knownVersion}`);
  return ok(`The tables are of version ${version}`);
}

function findRights({ isReadOnly, missingRights }: PostgresFacts): readonly Finding[] {
  if (isReadOnly) return [problem('The database only lets read, as a standby does: name the primary')];
  return missingRights === undefined ? [] : [problem(missingRights)];
}

function findSearch({ trigrams }: PostgresFacts): readonly Finding[] {
  if (trigrams === 'absent')
    return [
      warning('The extension pg_trgm is not installed at the server: searches for text read every row'),
    ];
  if (trigrams === 'refused')
    return [
      warning('The role may not create the extension pg_trgm: let a superuser run CREATE EXTENSION pg_trgm'),
    ];
  return [];
}

function findConnections({ maxConnections, usedConnections }: PostgresFacts): Finding {
  const free = maxConnections - usedConnections;
  const said = `${usedConnections} of ${maxConnections} connections are in use`;
  return free >= poolSize
    ? ok(said)
    : warning(
        `${said}, and a server takes up to ${poolSize}: raise max_connections, or share them with leases`,
      );
}

function findClock({ aheadMs }: PostgresFacts): Finding {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) < skewMs) return ok('The clocks of this machine and of the database agree');
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  return warning(`The clock of the database is ${seconds} seconds ${side} the one here: synchronise both`);
}

export const postgresCheck: Check = {
  subject: 'postgresql',
  find: async ({ readings }) => {
    if (readings.engine !== 'postgres') return [];
    const { inspectPostgresReadings } = await import('@inkwire/readings/postgres');
    try {
      const facts = await inspectPostgresReadings({ connection: readings.url });
      return [ok(`${shownLocation(readings)} answers: PostgreSQL ${facts.server}`), ...findInDatabase(facts)];
    } catch (error) {
      return [failure(error)];
    }
  },
};
