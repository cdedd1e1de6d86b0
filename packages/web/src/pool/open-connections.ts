import type { PoolClient } from '@inkwire/wire/hub';

/** Connections that a client has open. */
export function openOf({ inUse, idle, opening, closing }: PoolClient): number {
  return inUse + idle + opening + closing;
}

export function sumOf(clients: readonly PoolClient[], of: (client: PoolClient) => number): number {
  return clients.reduce((sum, client) => sum + of(client), 0);
}
