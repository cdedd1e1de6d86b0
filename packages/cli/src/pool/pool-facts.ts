import type { AllocatorSnapshot, ClientSnapshot } from '@inkwire/pool';
import type { Client, PlainValue } from '@inkwire/wire';

/** What a hub tells of its allocator: the totals, and who holds, needs and waits. */
export interface PoolFacts {
  readonly total: Omit<AllocatorSnapshot, 'clients'> & { readonly clients: number };
  readonly clients: readonly ClientSnapshot[];
}

const totalsKey = '$total';

/** Reads the table `$pool`. Undefined where no allocator runs. */
export async function readPool(client: Client): Promise<PoolFacts | undefined> {
  const table = await client.hgetall('$pool');
  const total = table.get(totalsKey);
  if (total === undefined) return undefined;
  table.delete(totalsKey);
  return {
    total: parsed(total),
    clients: Array.from(table.values(), (value) => parsed<ClientSnapshot>(value)),
  };
}

/** A message of the topic `$pool`. */
export function poolFactsOf(values: readonly PlainValue[]): PoolFacts {
  return parsed(values[0]);
}

function parsed<T>(value: PlainValue | undefined): T {
  return JSON.parse(String(value)) as T;
}
