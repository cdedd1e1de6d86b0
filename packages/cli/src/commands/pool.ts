import type { Command } from 'commander';
import { addHubOptions, defaultHub, type HubFlags, hubOf, withClient } from '../connect/hub-options.ts';
import { variableOf } from '../settings/settings.ts';

const whereWire = `where the wire of the hub or the allocator listens (default: ${defaultHub}; env: ${variableOf('hub')})`;

interface WatchFlags extends HubFlags {
  readonly once?: true;
  readonly json?: true;
}

/** Adds `pool`: the connections that an allocator shares, by client. */
export function addPool(program: Command): void {
  const pool = program
    .command('pool')
    .description('show and free the connections that a hub or an allocator shares');
  const watch = pool
    .command('watch')
    .description('show which clients hold, need and wait for connections; a line for each change when piped')
    .argument('[HOST:PORT]', whereWire)
    .option('--once', 'show the present state and end')
    .option('--json', 'write a JSON object for each change');
  addHubOptions(watch).action(watchHub);
  const forget = pool
    .command('forget')
    .description('free what is held for a silent client, once it has no session in the database any more')
    .argument('CLIENT', 'its name')
    .argument('[HOST:PORT]', whereWire);
  addHubOptions(forget).action(forgetClient);
}

async function watchHub(text: string | undefined, flags: WatchFlags): Promise<void> {
  const { once = false, json = false } = flags;
  const { watchPool } = await import('../pool/watch-pool.ts');
  await withClient(hubOf(text), flags, undefined, (client) =>
    watchPool(client, { once, json, stream: process.stdout }),
  );
}

async function forgetClient(name: string, text: string | undefined, flags: HubFlags): Promise<void> {
  const { forgetLease } = await import('../pool/forget-lease.ts');
  await withClient(hubOf(text), flags, undefined, async (client) => {
    const { held, floor } = await forgetLease(client, name);
    process.stdout.write(`${name} is forgotten; what was held for it is free: ${Math.max(held, floor)}\n`);
  });
}
