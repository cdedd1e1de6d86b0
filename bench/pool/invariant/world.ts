import { createRandom, type Random } from '@inkwire/base';
import {
  createLeaseClient,
  createLeaseService,
  createPool,
  fairStrategy,
  fixedStrategy,
  type LeaseClient,
  type LeaseReply,
  type LeaseReport,
  type LeaseService,
  type LeaseTransport,
  meanStrategy,
  type Pool,
} from '@inkwire/pool';
import type { Breakage, LastGrant } from './breakage.ts';
import { Disk } from './disk.ts';
import { type Fault, leaseMs, type Schedule } from './schedule.ts';
import { type Session, SessionDatabase } from './session-database.ts';
import { SimProcess } from './sim-process.ts';
import { Timeline } from './timeline.ts';

/** What a run came to. */
export interface Outcome {
  readonly schedule: Schedule;
  /** What was broken and when; undefined when nothing was. */
  readonly violation: string | undefined;
  readonly events: number;
  /** The most sessions that were open. */
  readonly peak: number;
  /** What happened, in words, when that was asked for. */
  readonly trace: readonly string[];
}

export interface RunOptions {
  readonly breakage?: Breakage;
  readonly isTraced?: boolean;
  /** Whether to wait, after the trouble, until everyone has what is his. */
  readonly checksRecovery?: boolean;
}

/** Runs a schedule with the allocator, service, lease client and pool that are shipped; all else is simulated. */
export async function runSchedule(schedule: Schedule, options: RunOptions = {}): Promise<Outcome> {
  const world = new World(schedule, options);
  await world.run();
  const { violation, trace, timeline, database } = world;
  return { schedule, violation, events: timeline.events, peak: database.peak, trace };
}

interface AllocatorProcess {
  readonly process: SimProcess;
  readonly service: LeaseService;
  isWritten: boolean;
}

/** A process of the application: a pool, its lease client, and work. */
interface ClientProcess {
  readonly name: string;
  readonly process: SimProcess;
  readonly pool: Pool<Session>;
  readonly lease: LeaseClient;
  readonly floor: number;
  readonly most: number;
  wanted: number;
  working: number;
  isCut: boolean;
  isLeaving: boolean;
}

/** What they remember is of the order of a lease. */
const strategies = {
  fixed: fixedStrategy(),
  mean: meanStrategy({ everyMs: 30 }),
  fair: fairStrategy({ memoryMs: 10 }),
};

/** Clocks differ by so much at most; less than the margin covers. */
const drift = 0.02;

class World {
  readonly timeline = new Timeline();
  readonly database: SessionDatabase;
  readonly trace: string[] = [];
  violation: string | undefined;
  readonly #schedule: Schedule;
  readonly #options: RunOptions;
  readonly #random: Random;
  readonly #disk: Disk;
  #allocator: AllocatorProcess | undefined;
  /** The latest first; the others may still hear what was on its way to them. */
  readonly #allocators: AllocatorProcess[] = [];
  readonly #clients: ClientProcess[] = [];
  readonly #transports = new Map<string, Set<(reply: LeaseReply) => void>>();
  readonly #lastGrants = new Map<string, LastGrant>();
  #storms = 0;
  #incarnations = 0;
  #isTroubled = true;

  constructor(schedule: Schedule, options: RunOptions) {
    this.#schedule = schedule;
    this.#options = options;
    this.#random = createRandom(schedule.seed + 1);
    this.database = new SessionDatabase(this.timeline, this.#random, options.breakage?.fenceBars ?? true);
    this.#disk = new Disk(this.timeline, this.#random);
  }

  async run(): Promise<void> {
    const { floors, faults, troubleMs } = this.#schedule;
    try {
      this.#startAllocator('first');
      for (const [i, floor] of floors.entries()) this.#startClient(`client-${i}`, floor);
      for (const fault of faults) this.timeline.after(fault.atMs, () => this.#inflict(fault));
      await this.#runUntil(troubleMs);
      this.#isTroubled = false;
      await this.#runUntil(troubleMs + 4 * leaseMs);
      // Where nobody is fenced, what a killed client held is nobody's.
      const recovers = this.#schedule.silent === 'fence' && this.violation === undefined;
      if (this.#options.checksRecovery && recovers) await this.#recover();
    } catch (error) {
      this.#violate(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }

  async #runUntil(untilMs: number): Promise<void> {
    await this.timeline.run(untilMs, () => {
      const { capacity } = this.#schedule;
      const { sessions } = this.database;
      if (sessions.size > capacity)
        this.#violate(
          `${sessions.size} sessions of ${capacity}: ${Array.from(sessions, (s) => s.incarnation)}`,
        );
      return this.violation !== undefined;
    });
  }

  #violate(what: string): void {
    this.violation ??= `at ${this.timeline.nowMs.toFixed(1)} ms: ${what}`;
    this.#say(`VIOLATION ${what}`);
  }

  #say(what: string, detail?: unknown): void {
    if (!this.#options.isTraced) return;
    const said = detail === undefined ? '' : ` ${JSON.stringify(detail)}`;
    this.trace.push(`${this.timeline.nowMs.toFixed(2).padStart(9)} ${what}${said}`);
  }

  // ── the allocator ──────────────────────────────────────────────────────────────────────────────────────────────────

  #startAllocator(learns: 'learns' | 'first'): void {
    const breakage = this.#options.breakage ?? {};
    const learnMs = learns === 'first' ? 0 : breakage.learnMs;
    const process = this.#newProcess();
    const { capacity, strategy, silent, paceMs } = this.#schedule;
    const fence = this.database.fence(process);
    const allocator: AllocatorProcess = {
      process,
      isWritten: false,
      service: createLeaseService({
        allocator: {
          capacity,
          strategy: strategies[strategy],
          silent,
          paceMs,
          leaseMs,
          marginMs: 2 * drift * leaseMs + 1,
          fenceRetryMs: 20,
          ...(learnMs === undefined ? {} : { learnMs }),
        },
        store: this.#disk.open(process, () => allocator.isWritten, breakage),
        fence: async (client) => {
          this.#say(`fence ${client.incarnation}`);
          const left = await fence(client);
          this.#say(`fenced ${client.incarnation}: ${left} left`);
          return left;
        },
        clock: process.clock,
      }),
    };
    allocator.service.onUnheardReply((reply) => this.#replied(reply));
    this.#allocator = allocator;
    this.#allocators.unshift(allocator);
    this.#say(`allocator of epoch ${allocator.service.epoch} starts`);
  }

  #replied(reply: LeaseReply): void {
    if (reply.kind === 'grant' && reply.epoch === this.#disk.epoch)
      this.#lastGrants.set(reply.incarnation, {
        epoch: reply.epoch,
        sequence: reply.sequence,
        max: reply.max,
      });
    this.#say(`${reply.client} ◀`, reply);
    this.#travel(() => {
      for (const listener of this.#transports.get(reply.client) ?? []) listener(reply);
    });
  }

  #deliver(report: LeaseReport): void {
    // Late messages may find one that was believed to be gone.
    const isLost = this.#isTroubled && this.#random.next() < 0.1;
    const allocator = isLost
      ? this.#allocators[this.#random.below(this.#allocators.length)]
      : this.#allocator;
    const last = this.#lastGrants.get(report.incarnation);
    if (allocator === undefined) return;
    const told = this.#options.breakage?.report?.(report, last, allocator.service.epoch) ?? report;
    allocator.process.run(() => allocator.service.receive(told));
  }

  // ── the network ────────────────────────────────────────────────────────────────────────────────────────────────────

  #travel(deliver: () => void): void {
    const isStorm = this.#storms > 0;
    const copies = this.#random.next() < (isStorm ? 0.3 : 0.02) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (this.#isTroubled && this.#random.next() < (isStorm ? 0.4 : 0.03)) continue;
      const isLate = this.#isTroubled && this.#random.next() < (isStorm ? 0.4 : 0.03);
      this.timeline.after((isLate ? 3 * leaseMs : 3) * this.#random.next(), deliver);
    }
  }

  #transport(name: string, process: SimProcess, isCut: () => boolean): LeaseTransport {
    return {
      send: (report) => {
        this.#say(`${name} ▶`, report);
        if (!isCut()) this.#travel(() => this.#deliver(report));
      },
      onReply: (listener) => {
        let listeners = this.#transports.get(name);
        if (listeners === undefined) this.#transports.set(name, (listeners = new Set()));
        const hear = (reply: LeaseReply) => {
          if (!isCut()) process.run(() => listener(reply));
        };
        listeners.add(hear);
        return { [Symbol.dispose]: () => void listeners.delete(hear) };
      },
    };
  }

  // ── clients ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #newProcess(): SimProcess {
    return new SimProcess(
      this.timeline,
      1 + drift * (2 * this.#random.next() - 1),
      1e4 * this.#random.next(),
    );
  }

  #startClient(name: string, floor: number): void {
    const process = this.#newProcess();
    const most = 1 + this.#random.below(this.#schedule.capacity);
    let client: ClientProcess;
    const pool: Pool<Session> = createPool<Session>({
      name,
      clock: process.clock,
      random: createRandom(this.#random.below(2 ** 31)),
      limits: { min: 0, max: 0 },
      open: async ({ lost }) => {
        const session = await this.database.open(process, client.lease.incarnation);
        session.onLost = lost;
        return session;
      },
      close: (session) => this.database.close(session),
      acquireTimeoutMs: 2 * leaseMs,
      openTimeoutMs: 30,
      closeTimeoutMs: 30,
      idleTimeoutMs: leaseMs,
      backoffInitialMs: 5,
      backoffMaxMs: 50,
    });
    const lease = createLeaseClient({
      pool,
      transport: this.#transport(name, process, () => client?.isCut ?? false),
      name,
      incarnation: () => `${name}#${this.#incarnations++}`,
      floor,
      ceiling: this.#schedule.capacity,
      gapMs: 2,
      tickMs: 20,
      replyMs: 15,
      leaveMs: 10 * leaseMs,
      clock: process.clock,
    });
    client = {
      name,
      process,
      pool,
      lease,
      floor,
      most,
      wanted: 0,
      working: 0,
      isCut: false,
      isLeaving: false,
    };
    if (this.#options.breakage?.reply) this.#breakReplies(client);
    this.#clients.push(client);
    this.#changeDemand(client);
  }

  #breakReplies({ name, lease }: ClientProcess): void {
    const listeners = this.#transports.get(name)!;
    const applied = { epoch: 0, lastSequence: 0 };
    for (const hear of [...listeners]) {
      listeners.delete(hear);
      listeners.add((reply) => {
        const broken = this.#options.breakage!.reply!(reply, { ...applied, epoch: lease.epoch });
        if (broken.kind === 'grant') applied.lastSequence = Math.max(applied.lastSequence, broken.sequence);
        hear(broken);
      });
    }
  }

  #changeDemand(client: ClientProcess): void {
    if (client.isLeaving || client.process.isKilled) return;
    client.wanted = this.#random.next() < 0.3 ? 0 : this.#random.below(2 * client.most);
    while (client.working < client.wanted) void this.#work(client);
    client.process.clock.after(60 * this.#random.next(), () => this.#changeDemand(client));
  }

  async #work(client: ClientProcess): Promise<void> {
    client.working++;
    const { clock } = client.process;
    const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
    while (client.working <= client.wanted && !client.process.isKilled) {
      try {
        const lease = await client.pool.acquire();
        // Now and then longer than a lease.
        await wait(this.#random.next() < 0.03 ? 2 * leaseMs : 12 * this.#random.next());
        lease.release();
      } catch {
        await wait(10);
      }
    }
    client.working--;
  }

  // ── faults ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  #inflict(fault: Fault): void {
    this.#say('fault', fault);
    const living = this.#clients.filter(({ process, isLeaving }) => !process.isKilled && !isLeaving);
    const client = living[fault.who % Math.max(1, living.length)];
    switch (fault.kind) {
      case 'join':
        this.#startClient(`client-${this.#clients.length}`, fault.who % 3);
        return;
      case 'storm':
        this.#storms++;
        this.timeline.after(fault.forMs, () => this.#storms--);
        return;
      case 'slow-connects':
        this.database.isSlow = true;
        this.timeline.after(fault.forMs, () => {
          this.database.isSlow = false;
        });
        return;
      case 'allocator-crash':
        this.#crashAllocator(fault.isWritten, fault.backAfterMs);
        return;
      case 'allocator-pause':
        this.#allocator?.process.pause(fault.forMs, fault.isSuspended);
        return;
      case 'allocator-jump':
        this.#allocator?.process.jump(fault.byMs);
        return;
      case 'allocator-double':
        if (this.#allocator === undefined) return;
        this.#allocator.process.pause(fault.forMs, false);
        this.#startAllocator('learns');
        return;
      default:
        if (client) this.#inflictOn(client, fault);
    }
  }

  #inflictOn(client: ClientProcess, fault: Fault): void {
    if (fault.kind === 'kill') {
      client.process.kill();
      this.database.bury(client.process, fault.lingerMs);
      this.timeline.after(fault.backAfterMs, () => this.#startClient(client.name, client.floor));
    } else if (fault.kind === 'twin') this.#startClient(client.name, client.floor);
    else if (fault.kind === 'pause') client.process.pause(fault.forMs, fault.isSuspended);
    else if (fault.kind === 'jump') client.process.jump(fault.byMs);
    else if (fault.kind === 'cut') {
      client.isCut = true;
      this.timeline.after(fault.forMs, () => {
        client.isCut = false;
      });
    } else if (fault.kind === 'leave') {
      client.isLeaving = true;
      client.wanted = 0;
      client.process.run(() => void client.lease.close());
    }
  }

  #crashAllocator(isWritten: boolean, backAfterMs: number): void {
    const crashed = this.#allocator;
    if (crashed === undefined) return;
    crashed.isWritten = isWritten;
    crashed.process.kill();
    this.#allocator = undefined;
    this.timeline.after(backAfterMs, () => {
      if (this.#allocator === undefined) this.#startAllocator('learns');
    });
  }

  // ── afterwards ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Once everything is well everyone who is alone under his name is served, and nothing is lost for good. */
  async #recover(): Promise<void> {
    this.#say('everything is well');
    await this.#runUntil(this.timeline.nowMs + 16 * leaseMs);
    if (this.violation !== undefined) return;
    const living = this.#clients.filter(({ process, isLeaving }) => !process.isKilled && !isLeaving);
    for (const { name, lease } of living) {
      const isAlone = living.filter((other) => other.name === name).length === 1;
      if (isAlone && lease.state !== 'leased' && lease.refusal !== 'full')
        this.#violate(`${name} is ${lease.state} (${lease.refusal}) though everything is well`);
    }
  }
}
