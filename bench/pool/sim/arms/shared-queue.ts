import type { Arm, Client, World } from '../arm.ts';
import { PooledClient } from './pooled-client.ts';

/** The ideal: all clients are one process, with one pool and one queue. No arrangement between processes can be better. */
export function sharedQueue(world: World): Arm {
  const { capacity } = world;
  const shared = new PooledClient(world, 'shared', { min: capacity, max: capacity });
  const client: Client = {
    query: (serviceMs, answered) => shared.query(serviceMs, answered),
    limit: capacity,
    leave: () => {},
  };
  return { join: () => client };
}
