import type { AllocatorSnapshot, ClientSnapshot } from '@inkwire/pool';
import type { Pair, Value } from '@inkwire/wire';
import { type PoolClient, type PoolFacts, type PoolTotals, poolTotalsKey } from '@inkwire/wire/hub';
import { text } from './virtual-table.ts';

/** Clients in one message of the topic; the table has all of them. */
const mostPublished = 500;

/** Each client under its name; a second process of a name has its incarnation added. No client has the key of the totals. */
export function clientsByKey(snapshot: AllocatorSnapshot): ReadonlyMap<string, ClientSnapshot> {
  const clients = new Map<string, ClientSnapshot>();
  for (const client of snapshot.clients) {
    const { name, incarnation } = client;
    const isTaken = name === poolTotalsKey || clients.has(name);
    clients.set(isTaken ? `${name}/${incarnation}` : name, client);
  }
  return clients;
}

/** The table `$pool`: the totals, and each client. */
export function poolPairs(snapshot: AllocatorSnapshot): readonly Pair[] {
  const clients = Array.from(clientsByKey(snapshot), ([key, client]) => ({
    key,
    value: clientValue(client),
  }));
  return [{ key: poolTotalsKey, value: text(JSON.stringify(totalsOf(snapshot))) }, ...clients];
}

/** A client as its key in the table has it. */
export function clientValue(client: ClientSnapshot): Value {
  return text(JSON.stringify(factsOf(client)));
}

/** A message of the topic `$pool`. Of very many clients, those that hold or wait for most. */
export function poolMessage(snapshot: AllocatorSnapshot): string {
  const { clients } = snapshot;
  const published =
    clients.length > mostPublished ? [...clients].sort(byWeight).slice(0, mostPublished) : clients;
  const facts: PoolFacts = { total: totalsOf(snapshot), clients: published.map(factsOf) };
  return JSON.stringify(facts);
}

const byWeight = (a: ClientSnapshot, b: ClientSnapshot) => b.held + b.queued - a.held - a.queued;

function totalsOf({ clients, ...totals }: AllocatorSnapshot): PoolTotals {
  return { ...totals, counts: { ...totals.counts }, clients: clients.length };
}

/** Rates to four places, waits to a millisecond: what differs by less is no news. */
function factsOf(client: ClientSnapshot): PoolClient {
  return {
    ...client,
    longestWaitMs: Math.round(client.longestWaitMs),
    usedRate: rounded(client.usedRate),
    failureRate: rounded(client.failureRate),
  };
}

const rounded = (rate: number) => Math.round(rate * 1e4) / 1e4;
