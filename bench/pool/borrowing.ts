import { EventEmitter } from 'node:events';

/** Awaited, it lets everyone else who is ready go first. */
export const turn = Promise.resolve();

/** The most that each pool may open. */
export const connections = 8;

/** Rounds that count, and those before them. */
export const [rounds, warmUpRounds] = [31, 5];

/** What all of them lend: nothing that costs time. An emitter, and the three methods, because pg-pool asks for them. */
export class Connection extends EventEmitter {
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
export interface Contestant {
  readonly name: string;
  /** So many times: borrows a connection, uses it, holds it for a turn of the microtasks or not, and gives it back. */
  borrow(times: number, isHolding: boolean): Promise<void>;
  close(): Promise<void>;
}

/** The loads that contestants are put under, one after another. */
export const loads = [
  { name: 'one borrower, a connection rests', borrowers: 1, times: 40_000, isHolding: false },
  { name: '8 borrowers at a time, 8 connections', borrowers: 8, times: 5_000, isHolding: true },
  { name: '64 borrowers, 8 connections', borrowers: 64, times: 600, isHolding: true },
];

/** So many borrowers at once, each so many times. */
export type Load = (typeof loads)[number];

/** Nanoseconds for each acquire and release. */
export interface Took {
  readonly wall: number;
  /** Of the processor: what others do on the machine meanwhile is not in it. */
  readonly processor: number;
}

/** Puts a contestant under a load once. */
export async function run(contestant: Contestant, load: Load): Promise<Took> {
  const { borrowers, times, isHolding } = load;
  const cpu = process.cpuUsage();
  const began = process.hrtime.bigint();
  await Promise.all(Array.from({ length: borrowers }, () => contestant.borrow(times, isHolding)));
  const wall = Number(process.hrtime.bigint() - began);
  const { user, system } = process.cpuUsage(cpu);
  return { wall: wall / (borrowers * times), processor: ((user + system) * 1_000) / (borrowers * times) };
}
