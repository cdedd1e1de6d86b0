import { type Closable, Owner, type WaitOptions } from '@inkwire/base';
import { createClient, type Dial } from '@inkwire/wire';
import { type DialTls, dialStream } from '@inkwire/wire/node';
import type { ClientIdentity } from '../client-identity.ts';
import { randomIncarnation } from './incarnation.ts';
import { createLeaseClient, type LeaseClient } from './lease-client.ts';
import type { LeaseClientOptions } from './lease-client-options.ts';
import type { LeasedPool } from './leased-pool.ts';
import { createWireTransport } from './wire-transport.ts';

/** The options of a leased pool: its allocators, its pool, and those of a lease client. */
export interface LeasePoolOptions<P extends LeasedPool & Closable>
  extends Omit<LeaseClientOptions, 'pool' | 'transport' | 'incarnation'>,
    WaitOptions {
  /** The addresses of allocators, `host:port`. Several are tried in turn, first the one that answered last. */
  readonly allocator: string | readonly string[];
  /**
   * Makes the pool. `client` says whose connections they are: an option of `createPgPool` and `createMysqlPool`, so that the
   * allocator can fence them.
   */
  pool(client: () => ClientIdentity): P;
  /** Signs in at the allocator with it. Default: none. */
  readonly token?: string | undefined;
  /** Default: plain TCP. */
  readonly tls?: DialTls | undefined;
  /** Called with reports that were not answered and messages that cannot be read. Everything is tried again. */
  readonly onError?: (error: unknown) => void;
}

/** A pool whose limits an allocator moves. Its `close()` and `destroy()` end its lease and its connection as well. */
export type WithLease<P> = P & { readonly lease: LeaseClient };

/** An allocator that is back is found within this time. */
const backoff = { initialMs: 50, maxMs: 1000 };

/**
 * Makes a pool, joins an allocator with it, and waits for the first grant, by default for at most 30 seconds. Its `close()`
 * serves callers that wait, returns all connections and says goodbye. Rejects with `POOL_LEASE_REFUSED` when the allocator
 * refused it until then, with `BASE_TIMEOUT` when none answered, or with the signal's reason; then everything is closed.
 */
export async function leasePool<P extends LeasedPool & Closable>(
  options: LeasePoolOptions<P>,
): Promise<WithLease<P>> {
  const { allocator, pool: create, token, tls, onError, signal, timeoutMs = 30_000, ...leasing } = options;
  const { name, clock } = leasing;
  const addresses = (typeof allocator === 'string' ? [allocator] : allocator).map(parseAddress);
  let incarnation = randomIncarnation();
  const pool = create(() => ({ name, incarnation }));
  const wire = createClient({ dial: dialInTurn(addresses, tls), token, backoff, clock });
  const transport = createWireTransport({
    client: wire,
    name,
    ...(onError && { onError }),
    ...(clock && { clock }),
  });
  const own = { ...leasing, pool, transport, incarnation: () => (incarnation = randomIncarnation()) };
  let lease: LeaseClient | undefined;
  try {
    lease = createLeaseClient(own);
    await lease.ready({ signal, timeoutMs });
  } catch (error) {
    await Promise.all([lease?.destroy(), pool.destroy(), transport.close()]);
    await wire.destroy();
    throw error;
  }
  const end = new LeasedPoolEnd(pool, lease, transport, wire);
  return Object.assign(pool, {
    lease,
    close: () => end.close(),
    destroy: (error?: Error) => end.destroy(error),
    [Symbol.asyncDispose]: () => end.close(),
  });
}

/** Closes what a leased pool is made of, in the order in which nothing is refused that could be served. */
class LeasedPoolEnd extends Owner {
  readonly #closePool: () => Promise<void>;
  readonly #destroyPool: (error: Error) => Promise<void>;
  readonly #lease: LeaseClient;
  readonly #transport: { close(): Promise<void> };
  readonly #wire: Closable;

  constructor(pool: Closable, lease: LeaseClient, transport: { close(): Promise<void> }, wire: Closable) {
    super(`leased pool ${lease.name}`);
    this.#closePool = pool.close.bind(pool);
    this.#destroyPool = pool.destroy.bind(pool);
    this.#lease = lease;
    this.#transport = transport;
    this.#wire = wire;
  }

  protected async drain(): Promise<void> {
    await this.#closePool();
    await this.#lease.close();
    await this.#transport.close();
    await this.#wire.close();
  }

  protected override async abort(error: Error): Promise<void> {
    await Promise.all([this.#destroyPool(error), this.#lease.destroy()]);
    await this.#transport.close();
    await this.#wire.destroy(error);
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function parseAddress(address: string): Address {
  const [, bracketed, host = bracketed, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address) ?? [];
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new RangeError(`Expected \`allocator\` to be HOST:PORT, got \`${address}\``);
}

/** Dials one address after another until one answers, and begins with that the next time. */
function dialInTurn(addresses: readonly Address[], tls: DialTls | undefined): Dial {
  if (addresses.length === 0) throw new RangeError('Expected `allocator` to name at least one address');
  let current = 0;
  return async (wait) => {
    for (let left = addresses.length; ; left--) {
      try {
        return await dialStream({ ...addresses[current]!, tls, ...wait });
      } catch (error) {
        current = (current + 1) % addresses.length;
        if (left === 1 || wait.signal?.aborted) throw error;
      }
    }
  };
}
