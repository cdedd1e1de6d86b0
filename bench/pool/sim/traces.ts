/** Loads that change, for four clients or more on a database of 100 connections. In sum they need 85 of them, or less. */
import type { Phase } from './load.ts';
import { scaledTo, sevenLoads } from './seven-loads.ts';

/** A load over time. */
export interface Trace {
  readonly title: string;
  readonly durationMs: number;
  readonly phases: readonly Phase[];
  /** What each client may have at any time, where there are too many for the usual. */
  readonly floor?: number;
}

const total = 85;
/** One client does nearly everything, the others little. */
const hot = [61, 8, 8, 8];

function every(periodMs: number, durationMs: number, needs: (turn: number) => Phase['needs']): Phase[] {
  const turns = Math.ceil(durationMs / periodMs);
  return Array.from({ length: turns }, (_, turn) => ({ atMs: turn * periodMs, needs: needs(turn) }));
}

function rotated<T>(list: readonly T[], by: number): T[] {
  return list.map((_, i) => list[(i - by + list.length * by) % list.length]!);
}

/** The moving hot spot: another client is hot after every period. */
export function movingHotSpot(periodMs: number): Trace {
  const durationMs = Math.max(12_000, 2 * periodMs);
  const title = `hot spot moves every ${periodMs / 1_000} s`;
  return { title, durationMs, phases: every(periodMs, durationMs, (turn) => rotated(hot, turn % 4)) };
}

/** At this moment of the step, the first client's load goes to the last. */
export const stepMs = 2_000;

export const step: Trace = {
  title: 'a step',
  durationMs: 6_000,
  phases: [
    { atMs: 0, needs: [61, 8, 8, 8] },
    { atMs: stepMs, needs: [8, 8, 8, 61] },
  ],
};

const sevenInTurn: Trace = {
  title: 'the seven loads in turn',
  durationMs: 21_000,
  phases: every(3_000, 21_000, (turn) => scaledTo(total, sevenLoads[turn]!)),
};

/** Client i is on in its own rhythm: periods of 400, 600, 1,000 and 1,400 ms, half of it on. */
const bursts: Trace = {
  title: 'on-off bursts',
  durationMs: 14_000,
  phases: every(100, 14_000, (turn) => [2, 3, 5, 7].map((half) => (Math.floor(turn / half) % 2 ? 1 : 35))),
};

/** The fourth client asks for more than the whole database, for a third of the time. */
const noisyNeighbour: Trace = {
  title: 'a noisy neighbour',
  durationMs: 15_000,
  phases: every(2_500, 15_000, (turn) => [15, 15, 15, turn % 3 === 1 ? 110 : 15]),
};

const arrivals: Trace = {
  title: '4 → 16 clients',
  durationMs: 13_000,
  floor: 2,
  phases: every(1_000, 13_000, (turn) => Array.from({ length: 4 + turn }, () => total / (4 + turn))),
};

/**
 * Every second another client is doubled: its new process takes half its load, and a second later all of it, and the
 * old one leaves.
 */
const rollingDeployment: Trace = {
  title: 'a rolling deployment',
  durationMs: 20_000,
  floor: 4,
  phases: every(1_000, 20_000, (second) => {
    const needs = [10, 15, 20, 40];
    const begun = (client: number) => second - 4 - 3 * client;
    const halves = (client: number) => needs[client]! / 2;
    const old = needs.map((need, i) => (begun(i) < 0 ? need : begun(i) < 2 ? halves(i) : undefined));
    const fresh = needs.map((need, i) => (begun(i) < 0 ? undefined : begun(i) < 2 ? halves(i) : need));
    return [...old, ...fresh];
  }),
};

export const traces: readonly Trace[] = [
  sevenInTurn,
  step,
  ...[20_000, 5_000, 2_000, 500].map(movingHotSpot),
  bursts,
  noisyNeighbour,
  arrivals,
  rollingDeployment,
];
