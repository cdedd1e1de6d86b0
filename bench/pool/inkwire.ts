import type { createPool } from '@inkwire/pool';
import { Connection, type Contestant, connections, turn } from './borrowing.ts';

/** Our pool, of this build or of another. */
export function inkwire(create: typeof createPool): Contestant {
  const pool = create({
    open: async () => new Connection(),
    close: () => {},
    limits: { min: 0, max: connections },
  });
  return {
    name: '@inkwire/pool',
    async borrow(times, isHolding) {
      for (let i = 0; i < times; i++) {
        const lease = await pool.acquire();
        lease.connection.used++;
        if (isHolding) await turn;
        lease.release();
      }
    },
    close: () => pool.close(),
  };
}
