/**
 * The allocator with 1,000 clients, each of which changes its need once a second, at moments of its own. Time is virtual,
 * the work is not: how much processor time each event takes (what else the machine does is not in it; the garbage
 * collector is), how much a second of them, and how long a report waits for its answer: until the shares are made again
 * (`paceMs`), in virtual time, and then for the work. What is granted is applied, and said to be, as clients do it; those
 * messages are events too.
 */
import { createRandom } from '@inkwire/base';
import {
  type Allocator,
  type AllocatorEvent,
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
  readonly eventsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly meanMicroseconds: number;
  readonly p99Microseconds: number;
  readonly worstMicroseconds: number;
  /** From a report to its answer. */
  readonly p50AnswerMs: number;
  readonly p99AnswerMs: number;
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
    [
      'strategy',
      'capacity',
      'events/s',
      'messages/s',
      'mean µs',
      'p99 µs',
      'worst µs',
      'answer p50 ms',
      'p99 ms',
      'of a core',
    ],
    results.map((row) => [
      row.strategy,
      row.capacity,
      row.eventsPerSecond,
      row.messagesPerSecond,
      row.meanMicroseconds,
      row.p99Microseconds,
      row.worstMicroseconds,
      row.p50AnswerMs,
      row.p99AnswerMs,
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
  #answers: number[] = [];
  #messages = 0;
  /** When the reports were made that wait for their answer, by client. */
  readonly #asked = new Map<number, number>();
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
    this.#answers = [];
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
  }

  /** A client's need changes: it says so. */
  #change(i: number, nowMs: number): void {
    while (this.#allocator.dueMs <= nowMs) this.#tick(this.#allocator.dueMs);
    const report = this.#reports[i]!;
    const need = this.#random.below(21);
    const inUse = Math.min(need, report.max);
    const queued = need - inUse;
    this.#reports[i] = { ...report, inUse, queued, longestWaitMs: queued, completed: report.completed + 100 };
    this.#tell(i, nowMs);
    this.#acknowledge(nowMs);
  }

  #tick(nowMs: number): void {
    this.#decide({ kind: 'tick' }, nowMs);
    this.#acknowledge(nowMs);
  }

  /** Whoever was cut says that it has obeyed. */
  #acknowledge(nowMs: number): void {
    for (const i of this.#owing) {
      this.#owing.delete(i);
      this.#tell(i, nowMs);
    }
  }

  #tell(i: number, nowMs: number): void {
    const report = { ...this.#reports[i]!, sequence: this.#reports[i]!.sequence + 1 };
    this.#reports[i] = report;
    this.#asked.set(i, nowMs);
    this.#decide({ kind: 'report', report }, nowMs);
  }

  #decide(event: AllocatorEvent, nowMs: number): void {
    const began = process.cpuUsage();
    const actions = this.#allocator.handle(event, nowMs);
    const { user, system } = process.cpuUsage(began);
    this.#spent.push(user + system);
    this.#messages += actions.length;
    for (const action of actions) {
      if (action.kind === 'admit') this.#decide({ kind: 'admitted', client: action.client }, nowMs);
      else if (action.kind === 'reply' && action.reply.kind === 'grant') {
        this.#answered(action.reply, nowMs + (user + system) / 1000);
        this.#apply(action.reply);
      }
    }
  }

  #answered({ incarnation, answers }: LeaseGrant, nowMs: number): void {
    const i = Number(incarnation);
    const askedMs = this.#asked.get(i);
    if (askedMs === undefined || answers < this.#reports[i]!.sequence) return;
    this.#asked.delete(i);
    this.#answers.push(nowMs - askedMs);
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
    const rounded = (value: number) => Math.round(value * 10) / 10;
    return {
      ...this.#case,
      eventsPerSecond: Math.round(spent.length / seconds),
      messagesPerSecond: Math.round(this.#messages / seconds),
      meanMicroseconds: rounded(total / spent.length),
      p99Microseconds: rounded(quantile(spent, 0.99)),
      worstMicroseconds: rounded(quantile(spent, 1)),
      p50AnswerMs: rounded(quantile(this.#answers, 0.5)),
      p99AnswerMs: rounded(quantile(this.#answers, 0.99)),
      busy: total / 1e6 / seconds,
    };
  }
}
