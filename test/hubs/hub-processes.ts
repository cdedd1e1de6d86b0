import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Client, type ClientOptions, createClient } from '@inkwire/wire';
import { dialStream } from '@inkwire/wire/node';
import { onTestFinished } from 'vitest';
import { turn, until } from '../../packages/hub/test/served-hub.ts';
import { patient } from '../../packages/wire/test/patient.ts';

/** A hub in a process of its own. */
export interface HubProcess {
  readonly number: number;
  readonly process: ChildProcess;
  /** A member of it, signed in. */
  join(options?: Partial<ClientOptions>): Promise<Client>;
}

/** Starts a hub on a bus, until the test has finished. `servers`: `host:port`, separated by commas. */
export async function startHub(servers: string): Promise<HubProcess> {
  const program = fileURLToPath(new URL('hub-process.js', import.meta.url));
  const child = spawn(process.execPath, [program, servers], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { port, number } = JSON.parse(String(line)) as { readonly port: number; readonly number: number };
  return {
    number,
    process: child,
    async join(options = {}) {
      const dial = (wait: object) => dialStream({ host: '127.0.0.1', port, ...wait });
      const client = createClient({ dial, ...patient, ...options });
      onTestFinished(() => client.destroy());
      await client.hget('$hub', 'time');
      return client;
    },
  };
}

/** The ids of the members that a client sees, in order. */
export async function idsSeenBy(client: Client): Promise<readonly number[]> {
  const members = await client.hgetall('$members');
  return [...members.keys()].map(Number).sort((a, b) => a - b);
}

/** Waits until every client sees so many members. */
export async function untilAllSee(clients: readonly Client[], count: number): Promise<void> {
  await until(async () => {
    const lists = await Promise.all(clients.map(idsSeenBy));
    await turn();
    return lists.every((ids) => ids.length === count);
  });
}
