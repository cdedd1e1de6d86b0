import type { Client } from '@inkwire/wire';
import { type PoolClient, parsePoolClient } from '@inkwire/wire/hub';
import { firstAnswer } from '../connect/first-answer.ts';
import { CliError } from '../errors.ts';
import { expectPool, readPool } from './watch-pool.ts';

/**
 * Has an allocator forget a silent client. Answers what it was. Rejects with `CLI_HUB_REFUSED` where no allocator runs, where
 * nobody has that name, and where who has it is not silent.
 */
export async function forgetLease(client: Client, name: string): Promise<PoolClient> {
  expectPool(await firstAnswer(client, readPool(client)));
  const forgotten = parsePoolClient(await firstAnswer(client, client.hdel('$pool', name)));
  if (forgotten) return forgotten;
  throw new CliError('CLI_HUB_REFUSED', `There is no client called ${name}; inkwire pool watch lists them`);
}
