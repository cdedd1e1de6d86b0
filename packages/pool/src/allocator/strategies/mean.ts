import { expectNumber } from '@inkwire/base';
import { shareInProportion } from './fixed.ts';
import type { Shares, Sharing, SharingClient, Strategy } from './strategy.ts';

/** The numbers of the strategy `mean`. */
export interface MeanOptions {
  /** The interval at which the averages move, in milliseconds. Default 1,000. */
  readonly everyMs?: number;
  /** The share of the newest value in them, 0 to 1. Default 0.2. */
  readonly newest?: number;
}

/**
 * The classic recipe: at every tick each client's average moves by a part of what it uses now, and shares are in
 * proportion to the averages. It sees what was used, which a limit keeps from growing, and not what was wanted.
 */
export function meanStrategy(options: MeanOptions = {}): Strategy {
  const everyMs = expectNumber('everyMs', options.everyMs ?? 1000, { min: 1 });
  const newest = expectNumber('newest', options.newest ?? 0.2, { min: 0, max: 1 });
  return { name: 'mean', begin: () => new MeanSharing(everyMs, newest) };
}

class MeanSharing implements Sharing {
  readonly #everyMs: number;
  readonly #newest: number;
  #tickAtMs = -Infinity;

  constructor(everyMs: number, newest: number) {
    this.#everyMs = everyMs;
    this.#newest = newest;
  }

  share<C extends SharingClient>(clients: readonly C[], room: number, nowMs: number): Shares<C> {
    if (nowMs >= this.#tickAtMs) {
      this.#move(clients);
      this.#tickAtMs = nowMs + this.#everyMs;
    }
    this.#begin(clients);
    return shareInProportion(clients, room, (client) => client.weight * Math.max(meanOf(client)!, 1e-3));
  }

  nextMs(): number {
    return this.#tickAtMs;
  }

  #move(clients: readonly SharingClient[]): void {
    for (const client of clients) {
      const mean = meanOf(client);
      const used = client.report?.inUse ?? 0;
      if (mean !== undefined) client.memory = mean + this.#newest * (used - mean);
    }
  }

  /** A new client begins with what the others have on average: an equal share. */
  #begin(clients: readonly SharingClient[]): void {
    let known = 0;
    let sum = 0;
    for (const client of clients) {
      const mean = meanOf(client);
      if (mean === undefined) continue;
      known++;
      sum += mean;
    }
    if (known === clients.length) return;
    for (const client of clients) client.memory ??= sum / Math.max(1, known);
  }
}

/** The moving average of what a client used. */
const meanOf = (client: SharingClient) => client.memory as number | undefined;
