// `npm run test:stress [-- --runs 3] [--loops 8] [--at-once] [COMMAND …]`: runs the tests several times beside busy loops, to
// show that none depends on how fast the machine is. Each run is in a clone of its own of what is committed: a newcomer's.
// Each command is a shell line; the default is `npm test` (after `npm ci`) and then `.ci/run`. With --at-once the runs do not
// follow one another but are beside one another too, which is the heavier load. Their output goes to .ci/out/stress/. Prints a
// line for every command; exit code 1 when one failed.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const logs = join(root, '.ci', 'out', 'stress');
const { values, positionals } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    loops: { type: 'string', default: '8' },
    'at-once': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const commands = positionals.length > 0 ? positionals : ['npm ci && npm test', '.ci/run'];
const count = Number(values.runs);

mkdirSync(logs, { recursive: true });
// In a session of their own, as another terminal's: where Linux groups processes by session, they and the tests are two of them.
const loop = `
  const { Worker } = require('node:worker_threads');
  for (let i = 0; i < ${Number(values.loops)}; i++) new Worker('for (;;);', { eval: true });
  process.stdin.resume().on('end', () => process.exit());`;
const loops = spawn(process.execPath, ['-e', loop], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] });

/** Runs every command in a fresh clone; the number of those that failed. */
async function run(number) {
  const clone = mkdtempSync(join(tmpdir(), `inkwire-stress-${number}-`));
  // As a directory that somebody makes by hand: other users may read it.
  chmodSync(clone, 0o755);
  execFileSync('git', ['clone', '--quiet', root, clone]);
  let failures = 0;
  for (const [index, command] of commands.entries()) {
    const log = join(logs, `${index + 1}-${number}.log`);
    const started = performance.now();
    const output = openSync(log, 'w');
    const stdio = ['ignore', output, output];
    const [status] = await once(spawn(command, { cwd: clone, shell: true, stdio }), 'exit');
    if (status !== 0) failures++;
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${command}, run ${number}, ${seconds} s, ${log}`);
  }
  rmSync(clone, { recursive: true });
  return failures;
}

const numbers = Array.from({ length: count }, (_, i) => i + 1);
let failures = 0;
if (values['at-once']) for (const failed of await Promise.all(numbers.map(run))) failures += failed;
else for (const number of numbers) failures += await run(number);

loops.stdin.end();
console.log(`${commands.length * count - failures} passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
