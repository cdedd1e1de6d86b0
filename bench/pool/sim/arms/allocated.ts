import {
  createLeaseClient,
  createLeaseService,
  fairStrategy,
  type LeaseClient,
  type LeaseService,
  type LeaseTransport,
  type StrategyName,
} from '@inkwire/pool';
import type { Arm, CreateArm, World } from '../arm.ts';
import { PooledClient } from './pooled-client.ts';

/** Each message arrives after the same time, in order, and none is lost. */
function delayedTransport({ clock, messageMs }: World, service: LeaseService, name: string): LeaseTransport {
  return {
    send: (report) => void clock.after(messageMs, () => service.receive(report)),
    onReply: (listener) => service.onReply(name, (reply) => clock.after(messageMs, () => listener(reply))),
  };
}

/** A client whose pool's limits are leased. */
class LeasedClient extends PooledClient {
  readonly #lease: LeaseClient;

  constructor(world: World, service: LeaseService, name: string) {
    super(world, name, { min: 0, max: 0 });
    const { clock, floor } = world;
    const transport = delayedTransport(world, service, name);
    this.#lease = createLeaseClient({ pool: this.pool, transport, name, clock, floor });
  }

  override leave(): void {
    void this.#leave();
  }

  async #leave(): Promise<void> {
    await this.pool.close();
    await this.#lease.close();
  }
}

/** The pools, lease clients, service and allocator of this product, with nothing but time and the network simulated. */
export function allocated(strategy: StrategyName): CreateArm {
  return (world): Arm => {
    const { clock, capacity, connectMs } = world;
    const service = createLeaseService({
      clock,
      allocator: {
        capacity,
        strategy: strategy === 'fair' ? fairStrategy({ connectMs }) : strategy,
        learnMs: 0,
      },
    });
    return { join: (name) => new LeasedClient(world, service, name) };
  };
}
