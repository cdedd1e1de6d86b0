import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Running } from './redis.ts';

const ourCommand = fileURLToPath(new URL('../../../packages/cli/bin/inkwire.js', import.meta.url));

/** Starts `inkwire serve` with the wire alone on a free port, its data in a directory of its own, and `options`. */
export function startHub(...options: readonly string[]): Promise<Running> {
  return startHubOf(ourCommand, ...options);
}

/** The same of another build: `command` is its `inkwire.js`. */
export async function startHubOf(command: string, ...options: readonly string[]): Promise<Running> {
  const data = await mkdtemp(join(tmpdir(), 'inkwire-bench-'));
  const child = spawn(
    process.execPath,
    ['--expose-gc', command, 'serve', '--http', 'off', '--wire', '127.0.0.1:0', '--data', data, ...options],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = await new Promise<number>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /(?:tcp|tls):\/\/127\.0\.0\.1:(\d+)/.exec(output);
      if (found) resolve(Number(found[1]));
    });
    child.once('exit', (code) => reject(new Error(`The hub ended with ${code}`)));
  });
  return {
    port,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(data, { recursive: true });
    },
  };
}
