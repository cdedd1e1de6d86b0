import { type Clock, type Closable, Lifetime, systemClock } from '@inkwire/base';
import { createMemoryTables } from '@inkwire/kv';
import type { LeaseService } from '@inkwire/pool';
import { type WireLimits, WireSide } from './wire/wire-side.ts';

export interface AllocatorHubOptions {
  /** Whoever created it closes it. */
  readonly pool: LeaseService;
  readonly clock?: Clock;
  readonly wireLimits?: WireLimits;
  /** Hears of failures that were answered by status 500. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /** What it calls itself. Default `inkwire allocator`. */
  readonly name?: string;
  /** The program's version, for those who ask. Default `0.0.0`. */
  readonly version?: string;
}

/** An allocator alone, for `listenWire` and `listenMetrics`: it answers `lease`, `$pool`, `$hub` and `$session`, and nothing else. */
export interface AllocatorHub extends Closable {
  readonly wire: WireSide;
}

/** Creates what serves a lease service where no hub runs. */
export function createAllocatorHub(options: AllocatorHubOptions): AllocatorHub {
  const { pool, clock = systemClock, name = 'inkwire allocator', version = '0.0.0' } = options;
  const tables = createMemoryTables();
  const wire = new WireSide({
    name,
    version,
    tables,
    pool,
    clock,
    limits: options.wireLimits ?? {},
    onError: options.onError ?? console.error,
  });
  const lifetime = new Lifetime('allocator', {
    async drain() {
      wire[Symbol.dispose]();
      await tables.close();
    },
  });
  return {
    wire,
    get closed() {
      return lifetime.closed;
    },
    close: () => lifetime.close(),
    destroy: (error) => lifetime.destroy(error),
    [Symbol.asyncDispose]: () => lifetime.close(),
  };
}
