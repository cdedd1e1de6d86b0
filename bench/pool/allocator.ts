/**
 * The allocator with 1,000 clients, each of which changes its need once a second, at moments of its own. Time is virtual,
 * the work is not: how much processor time each decision takes (what else the machine does is not in it; the garbage
 * collector is), and how much a second of decisions. What is granted is applied, and said to be, as clients do it; those
 * messages are decisions too.
 */
import { createRandom } from '@inkwire/base';
import {
  type Allocator,
  type AllocatorAction,
  createAllocator,
  type LeaseGrant,
  type LeaseReport,
  type StrategyName,
  strategies,
} from '@inkwire/pool';
import { printTable, quantile, saveResults } from '../report.ts';

const clients = 1_000;
const seconds = 20;
const warmSeconds = 5;

interface Case {
  readonly strategy: StrategyName;
  readonly capacity: number;
}

interface Figures extends Case {
  readonly decisionsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly meanMicroseconds: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
  readonly worstMicroseconds: number;
  /** Of one core. */
  readonly busy: number;
}

/** Scarce: half of what is needed on average; ample: twice. */
const capacities = [5_000, 20_000];

export async function allocator(): Promise<void> {
  const results: Figures[] = [];
  for (const strategy of strategies)
    for (const capacity of capacities) results.push(new Load({ strategy, capacity }).run());
  printTable(
    ['strategy', 'capacity', 'decisions/s', 'mean µs', 'p50 µs', 'p99 µs', 'worst µs', 'of a core'],
    results.map((row) => [
      row.strategy,
      row.capacity,
      row.decisionsPerSecond,
      row.meanMicroseconds,
      row.p50Microseconds,
      row.p99Microseconds,
      row.worstMicroseconds,
      `${(100 * row.busy).toFixed(1)} %`,
    ]),
  );
  saveResults('pool-allocator', 'npm run bench -- pool --allocator', { clients, seconds, results });
}

class Load {
  readonly #case: Case;
  readonly #random = createRandom(1);
  readonly #allocator: Allocator;
  readonly #reports: LeaseReport[] = [];
  #spent: number[] = [];
  #messages = 0;
  /** Clients that owe an acknowledgement. */
  readonly #owing = new Set<number>();

  constructor(options: Case) {
    this.#case = options;
    this.#allocator = createAllocator({ ...options, learnMs: 0 });
  }

  run(): Figures {
    for (let i = 0; i < clients; i++) this.#join(i);
    const changes = Array.from({ length: clients }, (_, i) => ({
      client: i,
      atMs: 1000 * this.#random.next(),
    }));
    changes.sort((a, b) => a.atMs - b.atMs);
    for (let second = 0; second < warmSeconds + seconds; second++) {
      if (second === warmSeconds) this.#begin();
      for (const { client, atMs } of changes) this.#change(client, 1000 * second + atMs);
    }
    return this.#figures();
  }

  #begin(): void {
    this.#spent = [];
    this.#messages = 0;
  }

  #join(i: number): void {
    const report: LeaseReport = {
      client: `client-${i}`,
      incarnation: `${i}`,
      epoch: 0,
      appliedGrant: 0,
      sequence: 0,
      max: 0,
      inUse: 0,
      idle: 0,
      opening: 0,
      closing: 0,
      queued: 0,
      longestWaitMs: 0,
      failures: 0,
      completed: 0,
      serviceMs: 0,
      floor: 1,
      ceiling: 100,
      weight: 1,
      isLeaving: false,
    };
    this.#reports.push(report);
    this.#tell(i, 0);
    this.#acknowledge(0);
  }

  #acknowledge(nowMs: number): void {
    for (const i of this.#owing) {
      this.#owing.delete(i);
      this.#tell(i, nowMs);
    }
  }

  /** A client's need changes: it says so, and whoever was cut for it says that it has obeyed. */
  #change(i: number, nowMs: number): void {
    const report = this.#reports[i]!;
    const need = this.#random.below(21);
    const inUse = Math.min(need, report.max);
    const queued = need - inUse;
    this.#reports[i] = { ...report, inUse, queued, longestWaitMs: queued, completed: report.completed + 100 };
    this.#tell(i, nowMs);
    this.#acknowledge(nowMs);
    if (this.#allocator.dueMs <= nowMs)
      this.#decide(() => this.#allocator.handle({ kind: 'tick' }, nowMs), nowMs);
  }

  #tell(i: number, nowMs: number): void {
    const report = { ...this.#reports[i]!, sequence: this.#reports[i]!.sequence + 1 };
    this.#reports[i] = report;
    this.#decide(() => this.#allocator.handle({ kind: 'report', report }, nowMs), nowMs);
  }

  #decide(handle: () => AllocatorAction[], nowMs = 0): void {
    const began = process.cpuUsage();
    const actions = handle();
    const { user, system } = process.cpuUsage(began);
    this.#spent.push(user + system);
    this.#messages += actions.length;
    for (const action of actions) {
      if (action.kind === 'admit')
        this.#decide(() => this.#allocator.handle({ kind: 'admitted', client: action.client }, nowMs), nowMs);
      else if (action.kind === 'reply' && action.reply.kind === 'grant') this.#apply(action.reply);
    }
  }

  #apply({ incarnation, epoch, sequence, max }: LeaseGrant): void {
    const i = Number(incarnation);
    const report = this.#reports[i]!;
    if (max < report.max) this.#owing.add(i);
    const need = report.inUse + report.queued;
    const inUse = Math.min(need, max);
    this.#reports[i] = { ...report, epoch, appliedGrant: sequence, max, inUse, queued: need - inUse };
  }

  #figures(): Figures {
    const spent = this.#spent;
    const total = spent.reduce((sum, each) => sum + each, 0);
    const rounded = (microseconds: number) => Math.round(microseconds * 10) / 10;
    return {
      ...this.#case,
      decisionsPerSecond: Math.round(spent.length / seconds),
      messagesPerSecond: Math.round(this.#messages / seconds),
      meanMicroseconds: rounded(total / spent.length),
      p50Microseconds: rounded(quantile(spent, 0.5)),
      p99Microseconds: rounded(quantile(spent, 0.99)),
      worstMicroseconds: rounded(quantile(spent, 1)),
      busy: total / 1e6 / seconds,
    };
  }
}
