/**
 * Runs the tests that need a NATS server: the contract of the bus, and hubs as processes that are killed, stopped and cut off
 * from each other. Each test starts servers of its own from Debian's package, and touches none that runs already.
 *
 *   node test/hubs/run.mjs [FILTER…]
 *
 * Ends with a line `hubs: N passed, N failed` and exit code 1 when one failed; skips, and says so, only where the server is
 * not installed.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../../scripts/build.mjs';
import { runSuite } from '../run-suite.mjs';

if (spawnSync('nats-server', ['--version']).status !== 0) {
  console.log('hubs: skipped, there is no nats-server (apt-get install nats-server)');
  process.exit(0);
}

// The hubs that the tests start and kill run the build: Node 20 runs no TypeScript.
ensureBuilt();
await runSuite('hubs', { config: fileURLToPath(new URL('vitest.config.ts', import.meta.url)) });
