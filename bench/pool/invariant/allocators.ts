import {
  createLeaseService,
  type Fence,
  fairStrategy,
  fixedStrategy,
  type LeaseReply,
  type LeaseReport,
  type LeaseService,
  meanStrategy,
} from '@inkwire/pool';
import type { LastGrant } from './breakage.ts';
import { Disk } from './disk.ts';
import type { Network } from './network.ts';
import { leaseMs } from './schedule.ts';
import { drift, type Setting } from './setting.ts';
import type { SimProcess } from './sim-process.ts';

/** What they remember is of the order of a lease. */
const strategies = {
  fixed: fixedStrategy(),
  mean: meanStrategy({ everyMs: 30 }),
  fair: fairStrategy({ memoryMs: 10 }),
};

interface AllocatorProcess {
  readonly process: SimProcess;
  readonly service: LeaseService;
  /** Whether what it was writing when it was killed reaches the disk. */
  isWritten: boolean;
}

/** The allocator, and those that were replaced and do not know it. All have one disk. */
export class Allocators {
  readonly #setting: Setting;
  readonly #network: Network;
  readonly #disk: Disk;
  #current: AllocatorProcess | undefined;
  /** The latest first; the others may still receive what was on its way to them. */
  readonly #all: AllocatorProcess[] = [];
  readonly #lastGrants = new Map<string, LastGrant>();

  constructor(setting: Setting, network: Network) {
    this.#setting = setting;
    this.#network = network;
    this.#disk = new Disk(setting.timeline, setting.random);
  }

  /** The process of the allocator; undefined while there is none. */
  get process(): SimProcess | undefined {
    return this.#current?.process;
  }

  /** Starts the first, which has nothing to learn, or another that takes over. */
  start(learns: 'learns' | 'first'): void {
    const { journal } = this.#setting;
    const process = this.#setting.newProcess();
    const allocator: AllocatorProcess = {
      process,
      isWritten: false,
      service: createLeaseService({
        allocator: this.#options(learns),
        store: this.#disk.open(process, () => allocator.isWritten, this.#setting.breakage),
        fence: this.#fence(process),
        clock: process.clock,
      }),
    };
    allocator.service.onUnheardReply((reply) => this.#reply(reply));
    this.#current = allocator;
    this.#all.unshift(allocator);
    journal.say(`allocator of epoch ${allocator.service.epoch} starts`);
  }

  crash(isWritten: boolean, backAfterMs: number): void {
    const crashed = this.#current;
    if (crashed === undefined) return;
    crashed.isWritten = isWritten;
    crashed.process.kill();
    this.#current = undefined;
    this.#setting.timeline.after(backAfterMs, () => {
      if (this.#current === undefined) this.start('learns');
    });
  }

  /** Pauses the allocator, and starts another in its place. */
  double(forMs: number): void {
    if (this.#current === undefined) return;
    this.#current.process.pause(forMs, false);
    this.start('learns');
  }

  /** Takes in a report that has arrived. */
  receive(report: LeaseReport): void {
    const { random, breakage, isTroubled } = this.#setting;
    // Late messages may find one that was believed to be gone.
    const isLost = isTroubled && random.next() < 0.1;
    const allocator = isLost ? this.#all[random.below(this.#all.length)] : this.#current;
    const last = this.#lastGrants.get(report.incarnation);
    if (allocator === undefined) return;
    const told = breakage.report?.(report, last, allocator.service.epoch) ?? report;
    allocator.process.run(() => allocator.service.receive(told));
  }

  #options(learns: 'learns' | 'first') {
    const { schedule, breakage } = this.#setting;
    const { capacity, strategy, silent, paceMs } = schedule;
    const learnMs = learns === 'first' ? 0 : breakage.learnMs;
    return {
      capacity,
      strategy: strategies[strategy],
      silent,
      paceMs,
      leaseMs,
      marginMs: 2 * drift * leaseMs + 1,
      fenceRetryMs: 20,
      ...(learnMs === undefined ? {} : { learnMs }),
    };
  }

  #fence(process: SimProcess): Fence {
    const { database, journal } = this.#setting;
    const fence = database.fence(process);
    return async (client) => {
      journal.say(`fence ${client.incarnation}`);
      const left = await fence(client);
      journal.say(`fenced ${client.incarnation}: ${left} left`);
      return left;
    };
  }

  #reply(reply: LeaseReply): void {
    if (reply.kind === 'grant' && reply.epoch === this.#disk.epoch) {
      const { epoch, sequence, max } = reply;
      this.#lastGrants.set(reply.incarnation, { epoch, sequence, max });
    }
    this.#network.reply(reply);
  }
}
