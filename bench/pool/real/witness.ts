import { connectMariadb } from '../servers/mariadb.ts';
import { connectPostgres } from '../servers/postgres.ts';

/** What the database said at one moment of the sessions of applications. */
export interface Sample {
  readonly atMs: number;
  readonly sessions: number;
  /** Those that run a query. */
  readonly active: number;
  /** The same for each `application_name`, where the database knows it. */
  readonly byName: readonly { readonly name: string; readonly sessions: number; readonly active: number }[];
  /** Sessions that were opened since the database was made, as far as its statistics have it. */
  readonly opened: number;
}

/** Somebody in the database, on a connection that is kept for superusers. */
export interface Witness {
  sample(): Promise<Sample>;
  end(): Promise<void>;
}
export type Connect = () => Promise<Witness>;

type Named = Sample['byName'][number];
const sum = (rows: readonly Named[], of: 'sessions' | 'active') =>
  rows.reduce((total, row) => total + row[of], 0);

/** One row for each name, and the statistics, which are there without any session, in each of them. */
const postgresSample = `
  select coalesce(application_name, '') as name, count(pid)::int as sessions,
    (count(pid) filter (where state = 'active'))::int as active, opened
  from (select sessions::int as opened from pg_stat_database where datname = 'app') as statistics
  left join pg_stat_activity on usename = 'app'
  group by application_name, opened`;

/** Reads `pg_stat_activity` and `pg_stat_database`. */
export const postgresWitness =
  (superuserUrl: string): Connect =>
  async () => {
    const client = await connectPostgres(superuserUrl);
    return {
      async sample() {
        const { rows } = await client.query<Named & { readonly opened: number }>(postgresSample);
        return {
          atMs: performance.now(),
          sessions: sum(rows, 'sessions'),
          active: sum(rows, 'active'),
          byName: rows,
          opened: rows[0]?.opened ?? 0,
        };
      },
      end: () => client.end().catch(() => {}),
    };
  };

const mariadbSample = `
  select count(*) as sessions, cast(coalesce(sum(command = 'Query'), 0) as integer) as active
  from information_schema.processlist where user = 'app'`;

/** Reads MariaDB's list of processes. */
export const mariadbWitness =
  (superuserUrl: string): Connect =>
  async () => {
    const client = await connectMariadb(superuserUrl);
    return {
      async sample() {
        const [rows] = await client.query(mariadbSample);
        const { sessions, active } = (rows as { sessions: number; active: number }[])[0]!;
        return { atMs: performance.now(), sessions, active, byName: [], opened: 0 };
      },
      end: () => client.end().catch(() => {}),
    };
  };
