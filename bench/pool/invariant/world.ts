import { Allocators } from './allocators.ts';
import type { Breakage } from './breakage.ts';
import { Clients } from './clients.ts';
import { inflict } from './inflict.ts';
import { Network } from './network.ts';
import type { Parts } from './parts.ts';
import { always, eventually, type Property } from './properties.ts';
import { leaseMs, type Schedule } from './schedule.ts';
import { Setting } from './setting.ts';

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
  /** Whether to wait, after the trouble, until everyone has what it should have. */
  readonly checksRecovery?: boolean;
}

/** Runs a schedule with the allocator, service, lease client and pool that are shipped; all else is simulated. */
export async function runSchedule(schedule: Schedule, options: RunOptions = {}): Promise<Outcome> {
  const world = new World(schedule, options);
  await world.run();
  const { database, timeline, journal } = world.setting;
  const { violation, trace } = journal;
  return { schedule, violation, events: timeline.events, peak: database.peak, trace };
}

/** A run. `schedule.ts` says which faults there are, `inflict.ts` what each does, and `properties.ts` what must be true. */
class World implements Parts {
  readonly setting: Setting;
  readonly network: Network;
  readonly allocators: Allocators;
  readonly clients: Clients;
  readonly #checksRecovery: boolean;

  constructor(schedule: Schedule, { breakage = {}, isTraced = false, checksRecovery = false }: RunOptions) {
    this.setting = new Setting(schedule, breakage, isTraced);
    this.network = new Network(this.setting);
    this.allocators = new Allocators(this.setting, this.network);
    this.clients = new Clients(this.setting, this.network, this.allocators);
    this.#checksRecovery = checksRecovery;
  }

  async run(): Promise<void> {
    const { schedule, timeline, journal } = this.setting;
    const { floors, faults, troubleMs, silent } = schedule;
    try {
      this.allocators.start('first');
      for (const [i, floor] of floors.entries()) this.clients.start(`client-${i}`, floor);
      for (const fault of faults) timeline.after(fault.atMs, () => inflict(fault, this));
      await this.#runUntil(troubleMs);
      this.setting.isTroubled = false;
      await this.#runUntil(troubleMs + 4 * leaseMs);
      // Where nobody is fenced, what a killed client held is not given to others.
      if (this.#checksRecovery && silent === 'fence' && journal.violation === undefined)
        await this.#recover();
    } catch (error) {
      journal.violate(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }

  async #recover(): Promise<void> {
    const { timeline, journal } = this.setting;
    journal.say('everything is well');
    await this.#runUntil(timeline.nowMs + 16 * leaseMs);
    if (journal.violation === undefined) this.#check(eventually);
  }

  async #runUntil(untilMs: number): Promise<void> {
    await this.setting.timeline.run(untilMs, () => {
      this.#check(always);
      return this.setting.journal.violation !== undefined;
    });
  }

  #check(properties: readonly Property[]): void {
    for (const property of properties) {
      const wrong = property(this);
      if (wrong !== undefined) this.setting.journal.violate(wrong);
    }
  }
}
