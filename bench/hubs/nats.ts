import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A nats-server, and where it listens: `127.0.0.1:PORT`. */
export interface Nats {
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts nats-server on a free port. Throws where it is not installed. */
export async function startNats(): Promise<Nats> {
  const directory = await mkdtemp(join(tmpdir(), 'inkwire-bench-nats-'));
  const args = ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', directory];
  const child = spawn('nats-server', args, { stdio: 'ignore' });
  await once(child, 'spawn').catch(() => {
    throw new Error('There is no nats-server (apt-get install nats-server)');
  });
  return {
    address: await addressIn(directory, child),
    async stop() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function addressIn(directory: string, child: ChildProcess): Promise<string> {
  while (child.exitCode === null) {
    const [file] = (await readdir(directory)).filter((name) => name.endsWith('.ports'));
    const text = file ? await readFile(join(directory, file), 'utf8') : '';
    const found = /nats:\/\/([\d.]+:\d+)/.exec(text);
    if (found) return found[1]!;
    await wait(10);
  }
  throw new Error(`nats-server ended with ${child.exitCode}`);
}
