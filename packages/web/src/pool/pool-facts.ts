import type { PlainValue } from '@inkwire/wire';

/** A client of the allocator, as far as the page shows it. */
export interface PoolClient {
  readonly name: string;
  readonly incarnation: string;
  readonly state: string;
  readonly isSilent: boolean;
  readonly min: number;
  readonly max: number;
  readonly inUse: number;
  readonly idle: number;
  readonly opening: number;
  readonly closing: number;
  readonly queued: number;
  readonly longestWaitMs: number;
  readonly usedRate: number;
  readonly failureRate: number;
}

export interface PoolTotals {
  readonly capacity: number;
  readonly reserved: number;
  readonly spare: number;
  readonly strategy: string;
  readonly epoch: number;
  readonly clients: number;
  readonly isScarce: boolean;
  readonly isLearning: boolean;
}

/** Who holds, needs and waits. */
export interface PoolFacts {
  readonly total: PoolTotals;
  readonly clients: readonly PoolClient[];
}

const totalsKey = '$total';
const numbers = [
  'min',
  'max',
  'inUse',
  'idle',
  'opening',
  'closing',
  'queued',
  'longestWaitMs',
  'usedRate',
  'failureRate',
] as const satisfies readonly (keyof PoolClient)[];

/** The table `$pool`; undefined where no allocator runs. */
export function poolOfTable(table: ReadonlyMap<string, PlainValue>): PoolFacts | undefined {
  const total = parsed(table.get(totalsKey));
  const clients = [...table].filter(([key]) => key !== totalsKey).map(([, value]) => parsed(value));
  return poolOf({ total, clients });
}

/** A message of the topic `$pool`; undefined for what the page does not understand. */
export function poolOfMessage(value: PlainValue | undefined): PoolFacts | undefined {
  return poolOf(parsed(value));
}

/** What a client has open. */
export function openOf({ inUse, idle, opening, closing }: PoolClient): number {
  return inUse + idle + opening + closing;
}

export function sumOf(clients: readonly PoolClient[], of: (client: PoolClient) => number): number {
  return clients.reduce((sum, client) => sum + of(client), 0);
}

function poolOf(value: unknown): PoolFacts | undefined {
  const { total, clients } = (value ?? {}) as Partial<PoolFacts>;
  const isKnown =
    Number.isFinite(total?.capacity) && Number.isFinite(total?.reserved) && Array.isArray(clients);
  return isKnown ? { total: total!, clients: clients!.filter(isClient) } : undefined;
}

function isClient(value: unknown): value is PoolClient {
  const client = (value ?? {}) as Partial<PoolClient>;
  return typeof client.name === 'string' && numbers.every((name) => Number.isFinite(client[name]));
}

function parsed(value: PlainValue | undefined): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : undefined;
  } catch {
    return undefined;
  }
}
