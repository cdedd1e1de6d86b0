import type { Client } from './client.ts';
import type { Reservations } from './reservations.ts';
import type { Share } from './strategies/strategy.ts';

/** The connections to be shared out, and the clients to be notified. */
export interface Rebalance {
  readonly reservations: Reservations;
  /** The share that each client that takes part should have. */
  readonly shares: readonly Share<Client>[];
  /** The number of connections that may be reserved now; at most what is free. Below 0: so many have to come back. */
  readonly free: number;
  /** The connections that are to come back for others, who take no part. */
  readonly demand: number;
  /** Called with each client whose grant has changed. */
  readonly onChange: (client: Client) => void;
}

/**
 * Brings the grants nearer to the shares, in two phases. Cutting asks a client to shrink and frees nothing: that comes with
 * its report. Raising uses only what is free. So a connection is never promised twice.
 */
export function rebalance(work: Rebalance): void {
  cut(work, shortage(work));
  raise(work);
}

/** The number that must be taken back, besides those being closed, so that no client has less than its low mark. */
function shortage({ shares, free, demand }: Rebalance): number {
  let wanted = demand - free;
  for (const { client, low, target } of shares) {
    const { granted, held, floor } = client;
    wanted -= Math.max(held, floor) - Math.max(granted, floor);
    if (granted < low) wanted += target - Math.max(granted, floor);
  }
  return wanted;
}

const surplusOf = ({ client, keep }: Share<Client>) => client.granted - Math.max(keep, client.floor);

/** Cuts those with the largest surplus first, and no more of them than need be. */
function cut({ shares, onChange }: Rebalance, wanted: number): void {
  if (wanted <= 0) return;
  let left = wanted;
  const sources = shares.filter((share) => surplusOf(share) > 0);
  sources.sort((a, b) => surplusOf(b) - surplusOf(a));
  for (const share of sources) {
    const taken = Math.min(left, surplusOf(share));
    share.client.granted -= taken;
    onChange(share.client);
    left -= taken;
    if (left === 0) return;
  }
}

/** Raises first those below their low mark, and of these first whose queue has waited longest, as one queue would. */
function raise({ reservations, shares, free, demand, onChange }: Rebalance): void {
  let left = Math.max(0, free - demand);
  const takers = shares.filter(({ client, target }) => client.granted < target);
  takers.sort((a, b) => rank(b) - rank(a));
  for (const { client, target } of takers) {
    // Connections that are being taken back and were not returned yet may be granted again at no cost.
    const reserved = Math.max(client.held, client.floor);
    const max = Math.min(target, reserved + left);
    if (max <= client.granted) continue;
    left -= Math.max(0, max - reserved);
    reservations.hold(client, Math.max(client.held, max));
    client.granted = max;
    onChange(client);
  }
}

function rank({ client, low }: Share<Client>): number {
  return client.granted < low ? 1 + (client.report?.longestWaitMs ?? 0) : 0;
}
