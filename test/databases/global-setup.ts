import { startMariadb } from '../../bench/pool/servers/mariadb.ts';
import { startPostgres } from '../../bench/pool/servers/postgres.ts';

/** One server of each kind for the contract suites, which find them by these names; whoever breaks servers starts his own. */
export default async function setup(): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  const mariadb = await startMariadb();
  process.env.INKWIRE_TEST_POSTGRES = postgres.url;
  process.env.INKWIRE_TEST_MYSQL = mariadb.url;
  return async () => {
    await postgres[Symbol.asyncDispose]();
    await mariadb[Symbol.asyncDispose]();
  };
}
