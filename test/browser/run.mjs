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
import { startVitest } from 'vitest/node';

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  console.log(`browser: skipped, there is no Chromium at ${chromium} (set CHROMIUM)`);
  process.exit(0);
}

const vitest = await startVitest('test', process.argv.slice(2), {
  root: fileURLToPath(new URL('.', import.meta.url)),
  watch: false,
  reporters: process.env.CI
    ? [
        'default',
        ['json', { outputFile: fileURLToPath(new URL('../../.ci/out/browser.json', import.meta.url)) }],
      ]
    : ['default'],
});
const results = vitest.state.getTestModules().flatMap((file) => [...file.children.allTests()]);
const count = (state) => results.filter((test) => test.result().state === state).length;
// A file that does not load has no tests of its own.
const broken = vitest.state
  .getTestModules()
  .filter((file) => file.state() === 'failed' && count('failed') === 0).length;
const errors = vitest.state.getUnhandledErrors().length;
await vitest.close();

const failed = count('failed') + broken + errors;
console.log(
  `browser: ${count('passed')} passed, ${failed} failed${count('skipped') ? `, ${count('skipped')} skipped` : ''}`,
);
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
