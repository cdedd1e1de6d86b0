import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { openSocket, pause } from './generator.ts';

/** A server in a process of its own. */
export interface Running {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts Debian's redis-server on a free port, in memory, without saving. Undefined when it is not installed. */
export async function startRedis(): Promise<Running | undefined> {
  const port = await freePort();
  const child = spawn(
    'redis-server',
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--loglevel',
      'warning',
    ],
    { stdio: 'ignore' },
  );
  const missing = new Promise<true>((resolve) => child.once('error', () => resolve(true)));
  for (let tries = 0; tries < 100; tries++) {
    if (await Promise.race([missing, pause(50)])) return undefined;
    const socket = await openSocket({ port }).catch(() => undefined);
    if (socket) {
      socket.destroy();
      return {
        port,
        pid: child.pid!,
        async stop() {
          child.kill('SIGTERM');
          await once(child, 'exit');
        },
      };
    }
  }
  throw new Error('redis-server does not answer');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A command as Redis's protocol (RESP) writes it. */
export function resp(...words: readonly string[]): Buffer {
  return Buffer.from(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`);
}
