/** The ways for four clients to share one database, each of them on the same number of connections. */
import { startPgBouncer } from '../servers/pgbouncer.ts';
import type { PostgresServer } from '../servers/postgres.ts';
import { AllocatorProcess } from './allocator-process.ts';
import { ClientProcess } from './client-process.ts';
import type { Access, Measured, Workload } from './messages.ts';

export const clientCount = 4;

/** What an arm is built on. */
export interface World {
  readonly postgres: PostgresServer;
  /** Connections that are shared. */
  readonly capacity: number;
  /** Slots of the database beyond them, for connections that are closed but not yet gone. */
  readonly spare: number;
}

/** What stands between the clients and the database. */
interface Between extends AsyncDisposable {
  disconnect?(): Promise<void>;
}

/** Processes that are ready to be asked. */
export class Arm implements AsyncDisposable {
  readonly #processes: readonly ClientProcess[];
  readonly #accesses: readonly Access[];
  readonly #between: Between | undefined;

  /** One process for each access; the clients are dealt out among them evenly. `between` is disposed of with the arm. */
  constructor(accesses: readonly Access[], between?: Between) {
    this.#accesses = accesses;
    this.#processes = accesses.map(() => new ClientProcess());
    this.#between = between;
  }

  async open(workload: Workload): Promise<void> {
    await Promise.all(
      this.#processes.map((process, index) => {
        const access = this.#accesses[index]!;
        return process.ask({ kind: 'open', name: `client-${index + 1}`, access, workload });
      }),
    );
  }

  async need(needs: readonly number[]): Promise<void> {
    const each = clientCount / this.#processes.length;
    await Promise.all(
      this.#processes.map((process, index) =>
        process.ask({ kind: 'need', needs: needs.slice(index * each, (index + 1) * each) }),
      ),
    );
  }

  async begin(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.ask({ kind: 'begin' })));
  }

  /** What each client counted. */
  async end(): Promise<readonly Measured[]> {
    const measured = await Promise.all(this.#processes.map((process) => process.ask({ kind: 'end' })));
    return measured.flat();
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.ask({ kind: 'close' })));
    await this.#between?.disconnect?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.kill()));
    await this.#between?.[Symbol.asyncDispose]();
  }
}

const four = (access: Access) => Array.from({ length: clientCount }, () => access);

/** What each client may have that knows nothing of the others: a quarter of the largest capacity, as in the experiment. */
const guessedMaximum = 20;

export const arms = {
  'one queue': ({ postgres, capacity }: World) =>
    new Arm([{ kind: 'fixed', url: postgres.url, max: capacity }]),
  ours: (world: World) => leased(world, 'fair'),
  pgbouncer: async ({ postgres, capacity }: World) => {
    const bouncer = await startPgBouncer({ databasePort: postgres.port, poolSize: capacity });
    return new Arm(four({ kind: 'pg-pool', url: bouncer.url, max: 1_000 }), bouncer);
  },
  mean: (world: World) => leased(world, 'mean'),
  fixed: ({ postgres, capacity }: World) =>
    new Arm(four({ kind: 'fixed', url: postgres.url, max: Math.floor(capacity / clientCount) })),
  uncoordinated: ({ postgres }: World) =>
    new Arm(four({ kind: 'pg-pool', url: postgres.url, max: guessedMaximum })),
};
export type ArmName = keyof typeof arms;
export const armNames = Object.keys(arms) as ArmName[];

async function leased({ postgres, capacity, spare }: World, strategy: 'fair' | 'mean'): Promise<Arm> {
  const allocator = await AllocatorProcess.start({
    capacity: capacity + spare,
    spare,
    strategy,
    databaseUrl: postgres.superuserUrl,
  });
  return new Arm(
    four({ kind: 'leased', url: postgres.url, allocatorPort: allocator.port, floor: 1 }),
    allocator,
  );
}
