/** A real database, an allocator and clients under load, for something to happen to. */
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf, within } from '@inkwire/base';
import { type PostgresServer, reservedConnections, startPostgres } from '../../servers/postgres.ts';
import { openSlowNetwork, type SlowNetwork } from '../../servers/slow-network.ts';
import { AllocatorProcess } from '../allocator-process.ts';
import { ClientProcess } from '../client-process.ts';
import { Judge } from '../judge.ts';
import { tooMany } from '../load.ts';
import type { Access, PoolState } from '../messages.ts';
import { postgresWitness, type Sample } from '../witness.ts';

export interface StageOptions {
  /** How long a lease holds. Default 1,500: short, so that a fault lasts many leases. */
  readonly leaseMs?: number;
  /** How long a query is in the database. Default 20. */
  readonly serviceMs?: number;
  /** How long it takes to connect. Default: as long as it takes on loopback. */
  readonly connectMs?: number;
  /**
   * Connections that the database takes beyond what it is said to take, so that the judge sees one too many if there is
   * one; below 0, the database has promised too much. Default 10.
   */
  readonly room?: number;
}

/** What clients together may have in the database, and what of that is never lent. */
export const capacity = 14;
export const spare = 2;
export const usable = capacity - spare;
/** What each client may have when there is no allocator. */
export const floor = 2;
const clientCount = 3;

/** What a client has that wants all, while the others want nothing. */
export const alone = usable - floor * (clientCount - 1);

export interface Findings {
  /** The most sessions of applications that the database had at once, and how often it was asked. */
  readonly most: number;
  readonly samples: number;
  /** What the surviving clients asked, and how it ended. */
  readonly asked: number;
  readonly answered: number;
  readonly failures: Readonly<Record<string, number>>;
  /** Times that the database refused a connection, and that an application saw it. */
  readonly refused: number;
  readonly tooMany: number;
}

export class Stage implements AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly judge: Judge;
  readonly network: SlowNetwork | undefined;
  readonly clients: ClientProcess[] = [];
  readonly allocator: AllocatorProcess;
  readonly #options: StageOptions;

  static async open(options: StageOptions = {}): Promise<Stage> {
    const { room = 10, connectMs } = options;
    const postgres = await startPostgres({ maxConnections: capacity + room + reservedConnections });
    const network =
      connectMs === undefined ? undefined : await openSlowNetwork({ serverPort: postgres.port, connectMs });
    const { leaseMs = 1_500 } = options;
    const databaseUrl = postgres.superuserUrl;
    const allocator = await AllocatorProcess.start({
      capacity,
      spare,
      strategy: 'fair',
      leaseMs,
      databaseUrl,
    });
    const stage = new Stage(options, postgres, network, allocator);
    for (let index = 0; index < clientCount; index++) await stage.enter(index);
    return stage;
  }

  private constructor(
    options: StageOptions,
    postgres: PostgresServer,
    network: SlowNetwork | undefined,
    allocator: AllocatorProcess,
  ) {
    this.#options = options;
    this.postgres = postgres;
    this.network = network;
    this.allocator = allocator;
    this.judge = new Judge(postgresWitness(postgres.superuserUrl));
  }

  /** Starts the client with this index, in place of one that has ended; resolves when it has a lease. */
  async enter(index: number): Promise<ClientProcess> {
    const { serviceMs = 20 } = this.#options;
    const process = (this.clients[index] = new ClientProcess());
    const url = this.network
      ? this.postgres.url.replace(`:${this.postgres.port}`, `:${this.network.port}`)
      : this.postgres.url;
    const access: Access = { kind: 'leased', url, allocatorPort: this.allocator.port, floor };
    const workload = { loop: 'closed', service: 'constant', meanServiceMs: serviceMs, seed: index } as const;
    await process.ask({ kind: 'open', name: nameOf(index), access, workload });
    while ((await this.#poolOf(index))?.lease !== 'leased') await wait(10);
    return process;
  }

  /** From now on the clients need so many connections; nothing is said to a client without a number. */
  async need(...needs: readonly (number | undefined)[]): Promise<void> {
    for (const [index, need] of needs.entries())
      if (need !== undefined) await this.clients[index]!.ask({ kind: 'need', needs: [need] });
  }

  /** Waits until the clients with these indexes have this many connections together, or more. */
  async untilHeld(count: number, ...indexes: readonly number[]): Promise<void> {
    await this.judge.until((sample) => countOf(sample, indexes).sessions >= count);
  }

  /** Waits until these clients run this many queries, or more. */
  async untilActive(count: number, ...indexes: readonly number[]): Promise<void> {
    await this.judge.until((sample) => countOf(sample, indexes).active >= count);
  }

  /** Waits until these clients run no query. */
  async untilIdle(...indexes: readonly number[]): Promise<void> {
    await this.judge.until((sample) => countOf(sample, indexes).active === 0);
  }

  /** Waits until each of these clients has had this many more answers. */
  async untilAnswered(answers: number, ...indexes: readonly number[]): Promise<void> {
    await Promise.all(
      indexes.map(async (index) => {
        const wanted = (await this.#answered(index)) + answers;
        while ((await this.#answered(index)) < wanted) await wait(10);
      }),
    );
  }

  /** Waits until this client has heard that it was fenced. */
  async untilFenced(index: number): Promise<void> {
    while (!(await this.#poolOf(index))?.fenced) await wait(10);
  }

  /** Ends the load of every client that runs, which takes until each of their queries has its answer. */
  async findings(): Promise<Findings> {
    const running = this.clients.filter((client) => client.isRunning);
    await Promise.all(running.map((client) => client.ask({ kind: 'stop' })));
    const counts = await Promise.all(running.map((client) => client.ask({ kind: 'counts' })));
    const loads = counts.flatMap((count) => count.loads);
    const failures: Record<string, number> = {};
    for (const [code, count] of loads.flatMap((load) => Object.entries(load.failures)))
      failures[code] = (failures[code] ?? 0) + count;
    return {
      most: this.judge.most,
      samples: this.judge.samples.length,
      asked: loads.reduce((sum, { asked }) => sum + asked, 0),
      answered: loads.reduce((sum, { answered }) => sum + answered, 0),
      failures,
      refused: this.postgres.refused,
      tooMany: tooMany(failures),
    };
  }

  /** What the database and each client have to say now, for whoever wonders what they wait for. */
  async describe(): Promise<string> {
    const clients = this.clients.map((client) =>
      within(client.ask({ kind: 'counts' }), { timeoutMs: 1_000 }).catch(messageOf),
    );
    return JSON.stringify(
      { database: this.judge.samples.at(-1), clients: await Promise.all(clients) },
      null,
      2,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.clients.map((client) => client.kill()));
    await this.allocator[Symbol.asyncDispose]();
    await this.judge[Symbol.asyncDispose]();
    await this.network?.[Symbol.asyncDispose]();
    await this.postgres[Symbol.asyncDispose]();
  }

  async #poolOf(index: number): Promise<PoolState | undefined> {
    return (await this.clients[index]!.ask({ kind: 'counts' })).pool;
  }

  async #answered(index: number): Promise<number> {
    const { loads } = await this.clients[index]!.ask({ kind: 'counts' });
    return loads.reduce((sum, { answered }) => sum + answered, 0);
  }
}

function countOf({ byName }: Sample, indexes: readonly number[]): { sessions: number; active: number } {
  const names = indexes.map(nameOf);
  const theirs = byName.filter(({ name }) => names.some((each) => name.includes(each)));
  return {
    sessions: theirs.reduce((sum, { sessions }) => sum + sessions, 0),
    active: theirs.reduce((sum, { active }) => sum + active, 0),
  };
}

const nameOf = (index: number) => `client-${index + 1}`;
