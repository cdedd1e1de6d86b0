/**
 * Runs the tests that need database servers: the contract suites of the adapters, and the faults. Starts PostgreSQL,
 * PgBouncer and MariaDB from Debian's packages for it, as their own users, and touches none that run already.
 *
 *   node test/databases/run.mjs [FILTER…]
 *
 * Ends with a line `databases: N passed, N failed` and exit code 1 when one failed; skips, and says so, only where a
 * server is not installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../../scripts/build.mjs';
import { runSuite } from '../run-suite.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const missing = ['/usr/lib/postgresql', '/usr/sbin/pgbouncer', '/usr/sbin/mariadbd'].filter(
  (path) => !existsSync(path),
);
if (missing.length > 0) {
  console.log(
    `databases: skipped, there is no ${missing.join(', no ')} (apt-get install postgresql pgbouncer mariadb-server)`,
  );
  process.exit(0);
}

// The processes that the tests start and break are compiled: Node 20 runs no TypeScript.
ensureBuilt();
const { status } = spawnSync('npx', ['--no-install', 'tsc', '-p', 'bench/pool/real'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);

await runSuite('databases', { config: fileURLToPath(new URL('vitest.config.ts', import.meta.url)) });
