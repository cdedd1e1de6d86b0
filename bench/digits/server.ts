import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A hub in a process of its own. */
export interface RunningServer {
  readonly url: string;
  /** From the start of the process to its first answer on /healthz. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

const starter = fileURLToPath(new URL('../../../scripts/start.mjs', import.meta.url));

/** Starts what `npm start` starts, on a free port, and waits until it answers. */
export async function startServer(data: string): Promise<RunningServer> {
  const began = performance.now();
  const child = spawn(process.execPath, [starter, '--http', '127.0.0.1:0', '--wire', 'off', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
  });
  const response = await fetch(`${url}/healthz`);
  await response.arrayBuffer();
  const readyMs = performance.now() - began;
  return {
    url,
    readyMs,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
