import { createPool } from '@inkwire/pool';
import { createPool as createGenericPool } from 'generic-pool';
import { Pool as LightningPool } from 'lightning-pool';
import PgPool from 'pg-pool';
import { Pool as TarnPool } from 'tarn';
import { median, printTable, saveResults } from '../report.ts';
import {
  Connection,
  type Contestant,
  connections,
  loads,
  rounds,
  run,
  type Took,
  turn,
  warmUpRounds,
} from './borrowing.ts';
import { inkwire } from './inkwire.ts';

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

/** Acquire and release, ours and the pools that people use, each as it comes but for its maximum. */
export async function acquire(): Promise<void> {
  const contestants = [inkwire(createPool), pgPool(), tarn(), genericPool(), lightningPool()];
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
