import { createRandom, type Random } from '@inkwire/base';
import type { Breakage } from './breakage.ts';
import { Journal } from './journal.ts';
import type { Schedule } from './schedule.ts';
import { SessionDatabase } from './session-database.ts';
import { SimProcess } from './sim-process.ts';
import { Timeline } from './timeline.ts';

/** Clocks differ by so much at most; less than the margin covers. */
export const drift = 0.02;

/** Where a run takes place: its schedule, time, chance, database and journal. All chance of a run is drawn from one source. */
export class Setting {
  readonly schedule: Schedule;
  readonly breakage: Breakage;
  readonly timeline = new Timeline();
  readonly random: Random;
  readonly database: SessionDatabase;
  readonly journal: Journal;
  /** Whether messages are lost and late. */
  isTroubled = true;

  constructor(schedule: Schedule, breakage: Breakage, isTraced: boolean) {
    this.schedule = schedule;
    this.breakage = breakage;
    this.random = createRandom(schedule.seed + 1);
    this.database = new SessionDatabase(this.timeline, this.random, breakage.fenceBars ?? true);
    this.journal = new Journal(this.timeline, isTraced);
  }

  /** A process on a machine whose clock goes a little wrong. */
  newProcess(): SimProcess {
    const rate = 1 + drift * (2 * this.random.next() - 1);
    return new SimProcess(this.timeline, rate, 1e4 * this.random.next());
  }
}
