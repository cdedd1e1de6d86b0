import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is tested; INKWIRE_COMMAND names another build of it. */
export const command =
  process.env.INKWIRE_COMMAND ?? fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url));
const readyWithinMs = 300_000;

/** A hub of its own: `inkwire serve` on a free port, over a temporary directory. */
export interface TestHub {
  readonly url: string;
  /** Where the wire is: another port after each start. */
  readonly wire: { readonly host: string; readonly port: number };
  /** Where lab packets are taken, likewise. */
  readonly labPort: number;
  /** Ends the server and starts it again, on the same port and over the same data. */
  restart(): Promise<void>;
  /** Ends the server; nobody answers until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** `settings`: what `serve` is told besides its places. */
export async function openHub(settings: readonly string[] = []): Promise<TestHub> {
  if (!existsSync(command)) throw new Error(`${command} is not there: build it first (npm run build)`);
  const [data, port] = await Promise.all([mkdtemp(path.join(tmpdir(), 'inkwire-browser-')), freePort()]);
  let { server, wirePort, labPort } = await serve(data, port, settings);

  async function stop(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  async function start(): Promise<void> {
    ({ server, wirePort, labPort } = await serve(data, port, settings));
  }

  return {
    url: `http://127.0.0.1:${port}`,
    get wire() {
      return { host: '127.0.0.1', port: wirePort };
    },
    get labPort() {
      return labPort;
    },
    stop,
    start,
    async restart() {
      await stop();
      await start();
    },
    async close() {
      await stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Resolves when the server says that it is ready. */
async function serve(
  data: string,
  port: number,
  settings: readonly string[],
): Promise<{ server: ChildProcess; wirePort: number; labPort: number }> {
  const places = [
    '--http',
    `127.0.0.1:${port}`,
    '--wire',
    '127.0.0.1:0',
    '--lab',
    '127.0.0.1:0',
    '--data',
    data,
    // They only end a hang.
    ...['--http-read-timeout-ms', '600000', '--wire-read-timeout-ms', '600000'],
    ...settings,
  ];
  const server = spawn(process.execPath, [command, 'serve', ...places], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [server.stdout, server.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text));
  const deadline = AbortSignal.timeout(readyWithinMs);
  while (!said.includes('is ready on')) {
    await Promise.race([
      once(server.stdout, 'data', { signal: deadline }),
      once(server, 'exit', { signal: deadline }),
    ]).catch(() => {});
    if (server.exitCode !== null || deadline.aborted) {
      server.kill('SIGKILL');
      throw new Error(`The server did not get ready:\n${said}`);
    }
  }
  const portOf = (place: RegExp) => Number(place.exec(said)?.[1]);
  return {
    server,
    wirePort: portOf(/wire tcp:\/\/127\.0\.0\.1:(\d+)/),
    labPort: portOf(/lab lab:\/\/127\.0\.0\.1:(\d+)/),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
