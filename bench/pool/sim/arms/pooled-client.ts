import { createPool, type LeasedLimits, type Pool } from '@inkwire/pool';
import type { Client, World } from '../arm.ts';
import { type Connection, TooManyConnectionsError } from '../database.ts';

/** Longer than any run: what waits is answered late, not refused, so that its time is measured. */
const patienceMs = 1e9;

/** A client with the pool of this product, on virtual time. */
export class PooledClient implements Client {
  readonly pool: Pool<Connection>;
  readonly #world: World;

  constructor(world: World, name: string, limits: LeasedLimits) {
    const { clock, database, random } = world;
    this.#world = world;
    this.pool = createPool<Connection>({
      name,
      limits,
      clock,
      random,
      open: () => database.open(name),
      close: (connection) => database.close(connection),
      isFull: (error) => error instanceof TooManyConnectionsError,
      acquireTimeoutMs: patienceMs,
      maxQueued: 10_000_000,
    });
  }

  get limit(): number {
    return this.pool.limits.max;
  }

  query(serviceMs: number, answered: (failed: boolean) => void): void {
    this.pool.acquire().then(
      (lease) =>
        this.#world.database.run(serviceMs, () => {
          lease.release();
          answered(false);
        }),
      () => answered(true),
    );
  }

  leave(): void {
    void this.pool.close();
  }
}
