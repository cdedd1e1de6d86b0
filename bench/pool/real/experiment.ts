/**
 * The classic experiment for real: four client processes, an allocator process and PostgreSQL, on every way to share
 * the database that we know. Arms take turns on each row, and rows are repeated; the tables show medians.
 */
import { median, printTable, saveResults } from '../../report.ts';
import { hasPgBouncer } from '../servers/pgbouncer.ts';
import { reservedConnections, startPostgres } from '../servers/postgres.ts';
import { type Arm, type ArmName, armNames, arms } from './arms.ts';
import { type Cell, measure, middle } from './cell.ts';
import { Judge } from './judge.ts';
import { meanServiceMs, type Row, rowsOf } from './rows.ts';
import { settle } from './step.ts';
import { postgresWitness } from './witness.ts';

export interface ExperimentOptions {
  readonly rows: 'some' | 'all';
  readonly seconds: number;
  readonly rounds: number;
}

/** Slots of the database beyond the capacity that is shared, the same for every arm. */
const spare = 2;
/** What an arm is given to come to rest. `mean` moves once a second, and by a fifth: it is not quite there even so. */
const warmUpMs = (name: ArmName) => (name === 'mean' ? 2_000 : 400);
/** A sample costs the database a query, so the judge rests between them. */
const judgePauseMs = 5;

type Cells = Partial<Record<ArmName, Cell>>;
type Settled = Partial<Record<ArmName, number>>;

/** The capacity at which steps are measured. */
const stepCapacity = 40;

interface Result {
  readonly row: Row;
  readonly cells: Cells;
}

export async function experiment({ rows, seconds, rounds }: ExperimentOptions): Promise<void> {
  const all = rowsOf(rows);
  const results: Result[] = [];
  let settled: Settled = {};
  for (const capacity of new Set(all.map((row) => row.capacity))) {
    const share = await openShare(capacity);
    try {
      const here = all.filter((row) => row.capacity === capacity);
      await measureRow(share, here[0]!, { seconds: 0.4, rounds: 1 }); // So that every process has run its code.
      for (const row of here) {
        const cells = await measureRow(share, row, { seconds, rounds });
        results.push({ row, cells });
        const means = armNames.map((name) => `${name} ${format(cells[name]?.mean)}`);
        console.log(`${row.name} of ${capacity}: ${means.join(', ')}`);
      }
      if (capacity === stepCapacity) settled = await measureSteps(share, here[0]!, rounds);
    } finally {
      await share[Symbol.asyncDispose]();
    }
  }
  report(results, settled);
  saveResults('pool-real', 'npm run bench -- pool --real', {
    meanServiceMs,
    seconds,
    rounds,
    results,
    settled,
  });
}

interface Share extends AsyncDisposable {
  readonly arms: Partial<Record<ArmName, Arm>>;
  readonly judge: Judge;
}

/** A database with room for this many connections, and every arm beside it; none is connected. */
async function openShare(capacity: number): Promise<Share> {
  const postgres = await startPostgres({ maxConnections: capacity + spare + reservedConnections });
  const judge = new Judge(postgresWitness(postgres.superuserUrl), { pauseMs: judgePauseMs });
  const open: Partial<Record<ArmName, Arm>> = {};
  for (const name of armNames) {
    if (name !== 'pgbouncer' || hasPgBouncer) open[name] = await arms[name]({ postgres, capacity, spare });
  }
  return {
    arms: open,
    judge,
    async [Symbol.asyncDispose]() {
      for (const arm of Object.values(open)) await arm[Symbol.asyncDispose]();
      await judge[Symbol.asyncDispose]();
      await postgres[Symbol.asyncDispose]();
    },
  };
}

async function measureRow(
  share: Share,
  row: Row,
  { seconds, rounds }: Omit<ExperimentOptions, 'rows'>,
): Promise<Cells> {
  const measured = await takeTurns(share, rounds, (arm, name) =>
    measure(arm, row, share.judge, { warmUpMs: warmUpMs(name), measureMs: seconds * 1000 }),
  );
  const cells: Cells = {};
  for (const [name, each] of measured) cells[name] = middle(each);
  return cells;
}

async function measureSteps(share: Share, row: Row, rounds: number): Promise<Settled> {
  const settled: Settled = {};
  const { ours, mean } = share.arms;
  const moving = { ...share, arms: { ours: ours!, mean: mean! } };
  for (const [name, each] of await takeTurns(moving, rounds, (arm) => settle(arm, row, share.judge)))
    settled[name] = median(each);
  return settled;
}

/** Every arm once, then every arm again. */
async function takeTurns<T>(
  { arms: open }: Share,
  rounds: number,
  act: (arm: Arm, name: ArmName) => Promise<T>,
): Promise<Map<ArmName, T[]>> {
  const results = new Map<ArmName, T[]>();
  for (let round = 0; round < rounds; round++)
    for (const [name, arm] of Object.entries(open) as [ArmName, Arm][])
      results.set(name, [...(results.get(name) ?? []), await act(arm, name)]);
  return results;
}

function report(results: readonly Result[], settled: Settled): void {
  console.log();
  table('mean response, ms (times that of one queue)', results, (cell, ideal) =>
    compare(cell.mean, ideal.mean),
  );
  table('p99, ms (times that of one queue)', results, (cell, ideal) => compare(cell.p99, ideal.p99));
  table("worst client's p99, ms", results, ({ worst }) => format(worst));
  table('connections in use / at most', results, ({ inUse, most }) => `${format(inUse)} / ${most}`);
  table('connections opened per second', results, ({ openedPerSecond }) => format(openedPerSecond));
  table('failures (too many connections)', results, ({ failures, tooMany }) => `${failures} (${tooMany})`);
  const names = Object.keys(settled) as ArmName[];
  printTable(
    ['settled after a step', 'ms'],
    names.map((name) => [name, format(settled[name])]),
  );
}

function table(title: string, results: readonly Result[], show: (cell: Cell, ideal: Cell) => string): void {
  console.log(`${title}\n`);
  printTable(
    ['capacity', 'load', ...armNames],
    results.map(({ row, cells }) => [
      row.capacity,
      row.name,
      ...armNames.map((name) => (cells[name] ? show(cells[name], cells['one queue']!) : '')),
    ]),
  );
}

const format = (number: number | undefined) => number?.toFixed(number < 100 ? 1 : 0) ?? '';
const compare = (number: number, ideal: number) => `${format(number)} (${(number / ideal).toFixed(2)})`;
