import { createSchedule } from './schedule.ts';
import { type Outcome, type RunOptions, runSchedule } from './world.ts';

/** What a search has seen. */
export interface Search {
  /** Schedules that were run. */
  readonly schedules: number;
  readonly events: number;
  /** The first that broke the rule. */
  readonly failed: Outcome | undefined;
  /** In how many of them the database was full at some time: where nothing is wanted nothing is proved. */
  readonly full: number;
}

/** Runs schedules of consecutive seeds until one breaks the rule. Every eighth is followed to its recovery. */
export async function search(
  seed: number,
  schedules: number,
  options: RunOptions = {},
  onProgress: (done: number) => void = () => {},
): Promise<Search> {
  let events = 0;
  let full = 0;
  for (let done = 0; done < schedules; done++) {
    const schedule = createSchedule(seed + done);
    const outcome = await runSchedule(schedule, { checksRecovery: done % 8 === 0, ...options });
    events += outcome.events;
    if (outcome.peak >= schedule.capacity) full++;
    if (outcome.violation !== undefined) return { schedules: done + 1, events, failed: outcome, full };
    onProgress(done + 1);
  }
  return { schedules, events, failed: undefined, full };
}
