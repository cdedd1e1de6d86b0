import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A nats-server of its own, on ports that it chose. */
export interface NatsServer extends AsyncDisposable {
  /** `127.0.0.1:PORT` for clients, and for other servers of its cluster. */
  readonly address: string;
  readonly clusterAddress: string;
  readonly process: ChildProcess;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a server. `routes`: addresses of others of its cluster. `args`: more of its options, such as `--user`. */
export async function startNats(
  options: {
    readonly routes?: readonly string[];
    readonly port?: number;
    readonly args?: readonly string[];
  } = {},
): Promise<NatsServer> {
  const { routes, port = -1, args = [] } = options;
  const directory = await mkdtemp(join(tmpdir(), 'inkwire-nats-'));
  const clustered = routes && [
    ...['--cluster_name', 'inkwire', '--cluster', 'nats://127.0.0.1:-1', '--no_advertise'],
    ...(routes.length > 0 ? ['--routes', routes.map((route) => `nats://${route}`).join(',')] : []),
  ];
  const child = spawn(
    'nats-server',
    ['-a', '127.0.0.1', '-p', String(port), '--ports_file_dir', directory, ...(clustered ?? []), ...args],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (bytes) => {
    log += bytes;
  });
  const exited = once(child, 'exit');
  const ports = await readPorts(directory, () => {
    if (child.exitCode !== null) throw new Error(`nats-server ended: ${log}`);
  });
  const stop = async (signal: NodeJS.Signals = 'SIGKILL') => {
    child.kill(signal);
    if (signal === 'SIGKILL') child.kill('SIGCONT');
    await exited;
    await rm(directory, { recursive: true, force: true });
  };
  return {
    address: addressOf(ports.nats),
    clusterAddress: addressOf(ports.cluster),
    process: child,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

interface Ports {
  readonly nats?: readonly string[];
  readonly cluster?: readonly string[];
}

/** The file that the server writes when it listens. */
async function readPorts(directory: string, check: () => void): Promise<Ports> {
  for (;;) {
    check();
    const [file] = (await readdir(directory)).filter((name) => name.endsWith('.ports'));
    const text = file ? await readFile(join(directory, file), 'utf8') : '';
    try {
      return JSON.parse(text) as Ports;
    } catch {
      await wait(10);
    }
  }
}

const addressOf = (urls: readonly string[] = []) => urls[0]?.replace(/^nats:\/\//, '') ?? '';
