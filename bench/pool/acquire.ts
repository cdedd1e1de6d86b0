import { EventEmitter } from 'node:events';
import { createPool } from '@inkwire/pool';
import { createPool as createGenericPool } from 'generic-pool';
import { Pool as LightningPool } from 'lightning-pool';
import PgPool from 'pg-pool';
import { Pool as TarnPool } from 'tarn';
import { median, printTable, saveResults } from '../report.ts';

/** Awaited, it lets everyone else who is ready go first. */
const turn = Promise.resolve();

const [connections, rounds, warmUpRounds] = [8, 31, 5];

/** What all of them lend: nothing that costs time. An emitter, and the three methods, because pg-pool asks for them. */
class Connection extends EventEmitter {
  used = 0;

  connect(connected: () => void): void {
    process.nextTick(connected);
  }

  end(ended?: () => void): void {
    ended?.();
  }

  getTransactionStatus(): string {
    return 'I';
  }
}

/** Each has its own loop, so that the compiler knows it by one pool. */
interface Contestant {
  readonly name: string;
  /** So many times: borrows a connection, uses it, holds it for a turn of the microtasks or not, and gives it back. */
  borrow(times: number, isHolding: boolean): Promise<void>;
  close(): Promise<void>;
}

function inkwire(): Contestant {
  const pool = createPool({
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

function pgPool(): Contestant {
  const pool = new PgPool({ max: connections, Client: Connection });
  return {
    name: 'pg-pool',
    async borrow(times, isHolding) {
      for (let i = 0; i < times; i++) {
        const client = await pool.connect();
        client.used++;
        if (isHolding) await turn;
        client.release();
      }
    },
    close: () => pool.end(),
  };
}

const factory = { create: async () => new Connection(), destroy: async () => {} };

function tarn(): Contestant {
  const pool = new TarnPool<Connection>({ ...factory, min: 0, max: connections });
  return {
    name: 'tarn',
    async borrow(times, isHolding) {
      for (let i = 0; i < times; i++) {
        const connection = await pool.acquire().promise;
        connection.used++;
        if (isHolding) await turn;
        pool.release(connection);
      }
    },
    close: async () => void (await pool.destroy()),
  };
}

function genericPool(): Contestant {
  const pool = createGenericPool(factory, { min: 0, max: connections });
  return {
    name: 'generic-pool',
    async borrow(times, isHolding) {
      for (let i = 0; i < times; i++) {
        const connection = await pool.acquire();
        connection.used++;
        if (isHolding) await turn;
        await pool.release(connection);
      }
    },
    close: async () => {
      await pool.drain();
      await pool.clear();
    },
  };
}

function lightningPool(): Contestant {
  const pool = new LightningPool<Connection>(factory, { min: 0, max: connections });
  return {
    name: 'lightning-pool',
    async borrow(times, isHolding) {
      for (let i = 0; i < times; i++) {
        const connection = await pool.acquire();
        connection.used++;
        if (isHolding) await turn;
        pool.release(connection);
      }
    },
    close: () => pool.closeAsync(true),
  };
}

const loads = [
  { name: 'one borrower, a connection rests', borrowers: 1, times: 40_000, isHolding: false },
  { name: '8 borrowers at a time, 8 connections', borrowers: 8, times: 5_000, isHolding: true },
  { name: '64 borrowers, 8 connections', borrowers: 64, times: 600, isHolding: true },
];

interface Took {
  readonly wall: number;
  /** Of the processor: what others do on the machine meanwhile is not in it. */
  readonly processor: number;
}

/** Nanoseconds for each acquire and release. */
async function run(contestant: Contestant, load: (typeof loads)[number]): Promise<Took> {
  const { borrowers, times, isHolding } = load;
  const cpu = process.cpuUsage();
  const began = process.hrtime.bigint();
  await Promise.all(Array.from({ length: borrowers }, () => contestant.borrow(times, isHolding)));
  const wall = Number(process.hrtime.bigint() - began);
  const { user, system } = process.cpuUsage(cpu);
  return { wall: wall / (borrowers * times), processor: ((user + system) * 1_000) / (borrowers * times) };
}

/** Acquire and release, ours and the pools that people use, each as it comes but for its maximum. */
export async function acquire(): Promise<void> {
  const contestants = [inkwire(), pgPool(), tarn(), genericPool(), lightningPool()];
  const results = [];
  for (const load of loads) {
    const took = new Map(contestants.map(({ name }) => [name, [] as Took[]]));
    for (let round = -warmUpRounds; round < rounds; round++)
      for (const contestant of contestants) {
        const one = await run(contestant, load);
        if (round >= 0) took.get(contestant.name)!.push(one);
      }
    const rows = [...took].map(([name, all]) => ({
      name,
      processorNs: Math.round(median(all.map(({ processor }) => processor))),
      wallNs: Math.round(median(all.map(({ wall }) => wall))),
    }));
    const best = Math.min(...rows.slice(1).map(({ processorNs }) => processorNs));
    printTable(
      [load.name, 'ns of processor', 'ns', 'times the fastest of the others'],
      rows.map(({ name, processorNs, wallNs }) => [
        name,
        processorNs,
        wallNs,
        (processorNs / best).toFixed(2),
      ]),
    );
    results.push({ load: load.name, rows });
  }
  await Promise.all(contestants.map((contestant) => contestant.close()));
  saveResults('pool-acquire', 'npm run bench -- pool --acquire', { connections, rounds, loads: results });
}
