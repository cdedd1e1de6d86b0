import { capacities, sevenLoads } from '../sim/seven-loads.ts';
import type { Workload } from './messages.ts';

/**
 * The seven loads of the classic experiment, in processes of each client, and its capacities: a fifth of the original,
 * so that two cores bear four clients, an allocator and the database with every query in the database for 100 ms.
 */
const scale = 5;
const loads = sevenLoads.map((load) => load.map((processes) => processes / scale));
const scaledCapacities = capacities.map((connections) => connections / scale);

/** Shares of the middle capacity that are busy on average in the open loop; the clients' needs are as 1 : 2 : 4 : 9. */
const busy = [0.5, 0.7, 0.85, 0.95];
const skew = [1, 2, 4, 9];

export const meanServiceMs = 100;

/** One line of the tables: what is asked, of how many connections. */
export interface Row {
  readonly name: string;
  readonly capacity: number;
  readonly needs: readonly number[];
  readonly workload: Workload;
}

/** All rows, or those that fit in a few minutes: every third load at the capacity in the middle, and one of each other kind. */
export function rowsOf(which: 'some' | 'all'): readonly Row[] {
  const one = (rows: readonly Row[]) => (which === 'all' ? rows : rows.slice(2, 3));
  const third = (rows: readonly Row[]) => rows.filter((_, index) => which === 'all' || index % 3 === 0);
  const [large, middle, small] = scaledCapacities as [number, number, number];
  return [
    ...one(closedRows(large)),
    ...third(closedRows(middle)),
    ...one(openRows(middle)),
    ...one(closedRows(small)),
  ];
}

const closedRows = (capacity: number): Row[] =>
  loads.map((needs, index) => ({
    name: needs.join(' '),
    capacity,
    needs,
    workload: { loop: 'closed', service: 'constant', meanServiceMs, seed: index },
  }));

const openRows = (capacity: number): Row[] =>
  busy.map((share, index) => ({
    name: `open ${share * 100} %`,
    capacity,
    needs: skew.map((part) => (part / skew.reduce((sum, each) => sum + each)) * share * capacity),
    workload: { loop: 'open', service: 'exponential', meanServiceMs, seed: 100 + index },
  }));
