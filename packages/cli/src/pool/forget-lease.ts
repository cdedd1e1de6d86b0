import type { Client } from '@inkwire/wire';
import { type PoolClient, parsePoolClient } from '@inkwire/wire/hub';
import { firstAnswer } from '../connect/first-answer.ts';
import { CliError } from '../errors.ts';
import { expectPool, readPool } from './watch-pool.ts';

/**
 * Makes an allocator forget a silent client, and resolves with its last facts. Rejects with `CLI_HUB_REFUSED` when no
 * allocator runs, when no client has that name, and when the client is not silent.
 */
export async function forgetLease(client: Client, name: string): Promise<PoolClient> {
  expectPool(await firstAnswer(client, readPool(client)));
  const forgotten = parsePoolClient(await firstAnswer(client, client.hdel('$pool', name)));
  if (forgotten) return forgotten;
  throw new CliError('CLI_HUB_REFUSED', `There is no client called ${name}; inkwire pool watch lists them`);
}
