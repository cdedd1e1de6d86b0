/**
 * Runs the browser tests: the real server, the built page, a real Chromium.
 *
 *   node test/browser/run.mjs [FILTER…]
 *
 * Environment: CHROMIUM, the browser's path (default /usr/bin/chromium); INKWIRE_SCREENSHOTS, a directory that pictures
 * of every state are written to. Ends with a line `browser: N passed, N failed` and exit code 1 when one failed; skips,
 * and says so, only where there is no Chromium.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runSuite } from '../run-suite.mjs';

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  console.log(`browser: skipped, there is no Chromium at ${chromium} (set CHROMIUM)`);
  process.exit(0);
}

await runSuite('browser', { root: fileURLToPath(new URL('.', import.meta.url)) });
