import { setTimeout as wait } from 'node:timers/promises';
import { median, quantile } from '../../report.ts';
import type { Arm } from './arms.ts';
import type { Judge } from './judge.ts';
import type { Row } from './rows.ts';

/** What one arm did on one row: times in milliseconds, from when a query was wanted until it had its answer. */
export interface Cell {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** The largest of the clients' p99. */
  readonly worst: number;
  readonly answers: number;
  readonly failures: number;
  readonly tooMany: number;
  /** Connections that ran a query, on average, and connections that there were at most. */
  readonly inUse: number;
  readonly most: number;
  readonly openedPerSecond: number;
}

export interface Span {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export async function measure(arm: Arm, row: Row, judge: Judge, span: Span): Promise<Cell> {
  await arm.open(row.workload);
  await arm.need(row.needs);
  await wait(span.warmUpMs);
  const sampled = judge.samples.length;
  const beganMs = performance.now();
  await arm.begin();
  await wait(span.measureMs);
  const samples = judge.samples.slice(sampled);
  const seconds = (performance.now() - beganMs) / 1000;
  const opened = samples.at(-1)!.opened - samples[0]!.opened;
  const clients = await arm.end();
  await arm.need(row.needs.map(() => 0));
  await arm.close();
  await judge.until(({ sessions }) => sessions === 0);

  const all = clients.flatMap(({ responsesMs }) => responsesMs);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  return {
    mean: sum(all) / all.length,
    p50: median(all),
    p95: quantile(all, 0.95),
    p99: quantile(all, 0.99),
    worst: Math.max(...clients.map(({ responsesMs }) => quantile(responsesMs, 0.99))),
    answers: all.length,
    failures: sum(clients.map(({ failures }) => failures)),
    tooMany: sum(clients.map(({ tooMany }) => tooMany)),
    inUse: sum(samples.map(({ active }) => active)) / samples.length,
    most: Math.max(...samples.map(({ sessions }) => sessions)),
    openedPerSecond: opened / seconds,
  };
}

/** Of each number the median; failures are added up, and of connections there is the most. */
export function middle(cells: readonly Cell[]): Cell {
  const of = (name: keyof Cell) => median(cells.map((cell) => cell[name]));
  const sum = (name: keyof Cell) => cells.reduce((total, cell) => total + cell[name], 0);
  return {
    mean: of('mean'),
    p50: of('p50'),
    p95: of('p95'),
    p99: of('p99'),
    worst: of('worst'),
    answers: sum('answers'),
    failures: sum('failures'),
    tooMany: sum('tooMany'),
    inUse: of('inUse'),
    most: Math.max(...cells.map(({ most }) => most)),
    openedPerSecond: of('openedPerSecond'),
  };
}
