import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs the tests of one configuration of Vitest, as `where` says (`{ config }` or `{ root }`), and counts them: in a line
 * `NAME: N passed, N failed`, in the exit code, and in CI in `.ci/out/NAME.json`. The arguments of the command line choose files.
 */
export async function runSuite(name, where) {
  const vitest = await startVitest('test', process.argv.slice(2), {
    ...where,
    watch: false,
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: `${root}.ci/out/${name}.json` }]]
      : ['default'],
  });
  const modules = vitest.state.getTestModules();
  const results = modules.flatMap((file) => [...file.children.allTests()]);
  const count = (state) => results.filter((test) => test.result().state === state).length;
  // A file that does not load has no tests of its own.
  const broken = modules.filter((file) => file.state() === 'failed' && count('failed') === 0).length;
  const errors = vitest.state.getUnhandledErrors().length;
  await vitest.close();

  const failed = count('failed') + broken + errors;
  const skipped = count('skipped') ? `, ${count('skipped')} skipped` : '';
  console.log(`${name}: ${count('passed')} passed, ${failed} failed${skipped}`);
  process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
}
