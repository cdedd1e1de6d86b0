// `npm run test:stress [-- --runs 3] [--loops 8] [COMMAND …]`: runs the tests several times beside busy loops, to show that
// none depends on how fast the machine is. Each command is a shell line; the default is `npm test` and then `.ci/run`. Their
// output goes to .ci/out/stress/. Prints a line for every run; exit code 1 when one failed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const root = fileURLToPath(new URL('..', import.meta.url));
const logs = join(root, '.ci', 'out', 'stress');
const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, loops: { type: 'string', default: '8' } },
  allowPositionals: true,
});
const commands = positionals.length > 0 ? positionals : ['npm test', '.ci/run'];

mkdirSync(logs, { recursive: true });
const loops = Array.from({ length: Number(values.loops) }, () => new Worker('for (;;);', { eval: true }));
let failures = 0;

for (let run = 1; run <= Number(values.runs); run++)
  for (const [index, command] of commands.entries()) {
    const log = join(logs, `${index + 1}-${run}.log`);
    const started = performance.now();
    const output = openSync(log, 'w');
    const [status] = await once(
      spawn(command, { cwd: root, shell: true, stdio: ['ignore', output, output] }),
      'exit',
    );
    if (status !== 0) failures++;
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${command}, run ${run}, ${seconds} s, ${log}`);
  }

await Promise.all(loops.map((loop) => loop.terminate()));
console.log(`${commands.length * Number(values.runs) - failures} passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
