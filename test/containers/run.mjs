/**
 * Builds the image for real and runs it: alone, and in the compose file with what fits here. Uses the Docker daemon that
 * answers, or starts a private one. The base images are made of this machine's Debian packages, because no registry of
 * images can be reached; INKWIRE_BASE_IMAGE names another. INKWIRE_TEST_IMAGE names an image that is built already.
 *
 *   node test/containers/run.mjs [FILTER…]
 *
 * Ends with a line `containers: N passed, N failed` and exit code 1 when one failed; skips, and says why, only where a tool
 * is not installed or dockerd may not start.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runSuite } from '../run-suite.mjs';
import { startDaemon } from './daemon.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const report = `${root}.ci/out/containers.json`;
const inPath = (command) =>
  process.env.PATH.split(':').some((directory) => existsSync(`${directory}/${command}`));
const missing = ['docker', 'dockerd', 'docker-compose'].filter((command) => !inPath(command));
if (missing.length > 0) {
  console.log(
    `containers: skipped, there is no ${missing.join(', no ')} (apt-get install docker.io docker-compose)`,
  );
  process.exit(0);
}

let daemon;
try {
  daemon = await startDaemon();
} catch (error) {
  console.log(`containers: skipped. ${error.message}`);
  if (process.env.CI) {
    mkdirSync(`${root}.ci/out`, { recursive: true });
    writeFileSync(report, JSON.stringify({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 1 }));
  }
  process.exit(0);
}
process.env.DOCKER_HOST = daemon.host;

await runSuite('containers', { config: fileURLToPath(new URL('vitest.config.ts', import.meta.url)) });
await daemon.stop();
