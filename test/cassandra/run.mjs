/**
 * Runs the tests that need Cassandra: one node for the contract and what is around it, and three of which one is killed, stopped and
 * started again. Starts them by scripts/cassandra.mjs, in temporary directories; INKWIRE_TEST_CASSANDRA names another for the
 * first part, as a URL.
 *
 *   node test/cassandra/run.mjs [FILTER…]
 *
 * Ends with a line `cassandra: N passed, N failed` and exit code 1 when one failed; skips, and says so, only where Cassandra cannot
 * be started.
 */
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../../scripts/build.mjs';
import { whyNoCassandra } from '../../scripts/cassandra.mjs';
import { runSuite } from '../run-suite.mjs';

const why = whyNoCassandra();
if (why !== undefined) {
  console.log(`cassandra: skipped, ${why}`);
  process.exit(0);
}

// The processes that the tests start and kill are compiled: Node 20 runs no TypeScript.
ensureBuilt();
await runSuite('cassandra', { config: fileURLToPath(new URL('vitest.config.ts', import.meta.url)) });
