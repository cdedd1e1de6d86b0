import type { Client } from '@inkwire/wire';
import type { Command } from 'commander';
import {
  addHubOptions,
  clientsOf,
  defaultHub,
  type HubFlags,
  hubOf,
  wantsTls,
} from '../connect/hub-options.ts';
import { variableOf } from '../settings.ts';

const whereWire = `where the wire of the hub or the allocator listens (default: ${defaultHub}; env: ${variableOf('hub')})`;

interface WatchFlags extends HubFlags {
  readonly once?: true;
  readonly json?: true;
}

/** Adds `pool`: who holds how many of the connections that an allocator shares. */
export function addPool(program: Command): void {
  const pool = program
    .command('pool')
    .description('what becomes of the connections that a hub or an allocator shares');
  const watch = pool
    .command('watch')
    .description('show live who holds, needs and waits; a line a change when piped')
    .argument('[HOST:PORT]', whereWire)
    .option('--once', 'show how it is now, and end')
    .option('--json', 'write JSON, an object a change');
  addHubOptions(watch).action(watchHub);
  const forget = pool
    .command('forget')
    .description(
      'give away what is held for a silent client, once it has no session in the database any more',
    )
    .argument('CLIENT', 'its name')
    .argument('[HOST:PORT]', whereWire);
  addHubOptions(forget).action(forgetClient);
}

async function watchHub(text: string | undefined, flags: WatchFlags): Promise<void> {
  const { once = false, json = false } = flags;
  const { watchPool } = await import('../pool/watch-pool.ts');
  await withPool(text, flags, (client) => watchPool(client, { once, json, stream: process.stdout }));
}

async function forgetClient(name: string, text: string | undefined, flags: HubFlags): Promise<void> {
  const { forgetLease } = await import('../pool/forget-lease.ts');
  await withPool(text, flags, async (client) => {
    const { held, floor } = await forgetLease(client, name);
    process.stdout.write(`${name} is forgotten; what was held for it is free: ${Math.max(held, floor)}\n`);
  });
}

async function withPool(
  text: string | undefined,
  flags: HubFlags,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const address = hubOf(text);
  const [clients, { joinFailure }] = await Promise.all([
    clientsOf(flags),
    import('../connect/hub-failure.ts'),
  ]);
  const client = clients(address)({});
  try {
    await work(client);
    await client.close();
  } catch (error) {
    throw joinFailure(error, address, wantsTls(flags));
  } finally {
    await client.destroy();
  }
}
