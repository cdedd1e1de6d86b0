import type { ClientSnapshot } from '@inkwire/pool';
import type { Client } from '@inkwire/wire';
import { firstAnswer } from '../connect/first-answer.ts';
import { CliError } from '../errors.ts';
import { readPool } from './pool-facts.ts';
import { expectPool } from './watch-pool.ts';

/**
 * Has an allocator forget a silent client. Answers what it was. Rejects with `CLI_HUB_REFUSED` where no allocator runs, where
 * nobody has that name, and where who has it is not silent.
 */
export async function forgetLease(client: Client, name: string): Promise<ClientSnapshot> {
  expectPool(await firstAnswer(client, readPool(client)));
  const facts = await firstAnswer(client, client.hdel('$pool', name));
  if (typeof facts === 'string') return JSON.parse(facts);
  throw new CliError('CLI_HUB_REFUSED', `There is no client called ${name}; inkwire pool watch lists them`);
}
