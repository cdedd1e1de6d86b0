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
import { startVitest } from 'vitest/node';
import { ensureBuilt } from '../../scripts/build.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
if (spawnSync('nats-server', ['--version']).status !== 0) {
  console.log('hubs: skipped, there is no nats-server (apt-get install nats-server)');
  process.exit(0);
}

// The hubs that the tests start and kill run the build: Node 20 runs no TypeScript.
ensureBuilt();
const vitest = await startVitest('test', process.argv.slice(2), {
  config: fileURLToPath(new URL('vitest.config.ts', import.meta.url)),
  watch: false,
  reporters: process.env.CI ? ['default', ['json', { outputFile: `${root}.ci/out/hubs.json` }]] : ['default'],
});
const modules = vitest.state.getTestModules();
const results = modules.flatMap((file) => [...file.children.allTests()]);
const count = (state) => results.filter((test) => test.result().state === state).length;
// A file that does not load has no tests of its own.
const broken = modules.filter((file) => file.state() === 'failed' && count('failed') === 0).length;
const errors = vitest.state.getUnhandledErrors().length;
await vitest.close();

const failed = count('failed') + broken + errors;
console.log(
  `hubs: ${count('passed')} passed, ${failed} failed${count('skipped') ? `, ${count('skipped')} skipped` : ''}`,
);
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
