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
    .argument(
      '[HOST:PORT]',
      `where the wire of the hub or the allocator listens (default: ${defaultHub}; env: ${variableOf('hub')})`,
    )
    .option('--once', 'show how it is now, and end')
    .option('--json', 'write JSON, an object a change');
  addHubOptions(watch).action(watchHub);
}

async function watchHub(text: string | undefined, flags: WatchFlags): Promise<void> {
  const address = hubOf(text);
  const [clients, { watchPool }, { joinFailure }] = await Promise.all([
    clientsOf(flags),
    import('../pool/watch-pool.ts'),
    import('../connect/hub-failure.ts'),
  ]);
  const client = clients(address)({ multiplexed: true });
  try {
    const { once = false, json = false } = flags;
    await watchPool(client, { once, json, stream: process.stdout });
    await client.close();
  } catch (error) {
    throw joinFailure(error, address, wantsTls(flags));
  } finally {
    await client.destroy();
  }
}
