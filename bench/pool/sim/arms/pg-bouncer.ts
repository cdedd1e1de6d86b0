import type { Arm, World } from '../arm.ts';
import { sharedQueue } from './shared-queue.ts';

/**
 * PgBouncer in transaction mode with as many server connections as the database has: one shared queue, for one more hop
 * there and one back. Its single thread is taken to be never busy.
 */
export function pgBouncer(world: World): Arm {
  const { clock, messageMs } = world;
  const queue = sharedQueue(world);
  return {
    join(name) {
      const client = queue.join(name);
      return {
        limit: client.limit,
        leave: () => client.leave(),
        query: (serviceMs, answered) => {
          const forward = () =>
            client.query(serviceMs, (failed) => clock.after(messageMs, () => answered(failed)));
          clock.after(messageMs, forward);
        },
      };
    },
  };
}
