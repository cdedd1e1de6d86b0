import { createRandom } from '@inkwire/base';
import {
  createLeaseClient,
  createPool,
  type LeaseClient,
  type LeaseTransport,
  type Pool,
} from '@inkwire/pool';
import type { Endpoint } from './network.ts';
import { leaseMs } from './schedule.ts';
import type { Session } from './session-database.ts';
import type { Setting } from './setting.ts';
import type { SimProcess } from './sim-process.ts';

/** What a client process is given. */
export interface ClientProcessOptions {
  readonly name: string;
  readonly floor: number;
  readonly connect: (end: Endpoint) => LeaseTransport;
  readonly incarnation: () => string;
}

/** A process of the application: a pool, its lease client, and work. */
export class ClientProcess implements Endpoint {
  readonly name: string;
  readonly floor: number;
  readonly process: SimProcess;
  readonly pool: Pool<Session>;
  readonly lease: LeaseClient;
  isCut = false;
  isLeaving = false;
  readonly #setting: Setting;
  readonly #most: number;
  #wanted = 0;
  #working = 0;

  constructor(setting: Setting, { name, floor, connect, incarnation }: ClientProcessOptions) {
    this.#setting = setting;
    this.name = name;
    this.floor = floor;
    this.process = setting.newProcess();
    this.#most = 1 + setting.random.below(setting.schedule.capacity);
    this.pool = this.#createPool();
    this.lease = createLeaseClient({
      pool: this.pool,
      transport: connect(this),
      name,
      incarnation,
      floor,
      ceiling: setting.schedule.capacity,
      gapMs: 2,
      tickMs: 20,
      replyMs: 15,
      leaveMs: 10 * leaseMs,
      clock: this.process.clock,
    });
  }

  /** Whether it is there, and means to stay. */
  get isStaying(): boolean {
    return !this.process.isKilled && !this.isLeaving;
  }

  /** Begins to work: so many want a connection, and every while it is another number. */
  work(): void {
    if (!this.isStaying) return;
    const { random } = this.#setting;
    this.#wanted = random.next() < 0.3 ? 0 : random.below(2 * this.#most);
    while (this.#working < this.#wanted) void this.#runWorker();
    this.process.clock.after(60 * random.next(), () => this.work());
  }

  leave(): void {
    this.isLeaving = true;
    this.#wanted = 0;
    this.process.run(() => void this.lease.close());
  }

  #createPool(): Pool<Session> {
    const { database, random } = this.#setting;
    return createPool<Session>({
      name: this.name,
      clock: this.process.clock,
      random: createRandom(random.below(2 ** 31)),
      limits: { min: 0, max: 0 },
      open: async ({ lost }) => {
        const session = await database.open(this.process, this.lease.incarnation);
        session.onLost = lost;
        return session;
      },
      close: (session) => database.close(session),
      acquireTimeoutMs: 2 * leaseMs,
      openTimeoutMs: 30,
      closeTimeoutMs: 30,
      idleTimeoutMs: leaseMs,
      backoffInitialMs: 5,
      backoffMaxMs: 50,
    });
  }

  async #runWorker(): Promise<void> {
    this.#working++;
    const { random } = this.#setting;
    const wait = (ms: number) => new Promise<void>((resolve) => this.process.clock.after(ms, resolve));
    while (this.#working <= this.#wanted && !this.process.isKilled) {
      try {
        const borrowed = await this.pool.acquire();
        // Now and then longer than a lease.
        await wait(random.next() < 0.03 ? 2 * leaseMs : 12 * random.next());
        borrowed.release();
      } catch {
        await wait(10);
      }
    }
    this.#working--;
  }
}
