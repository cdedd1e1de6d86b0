import { type Outcome, type RunOptions, runSchedule } from './world.ts';

/** Takes faults and clients away as long as the rule is still broken. Answers the smallest run that was found. */
export async function shrink(failed: Outcome, options: RunOptions): Promise<Outcome> {
  let smallest = failed;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    const { schedule } = smallest;
    for (const i of schedule.faults.keys()) {
      const faults = schedule.faults.toSpliced(i, 1);
      const outcome = await runSchedule({ ...schedule, faults }, options);
      if (outcome.violation === undefined) continue;
      smallest = outcome;
      isSmaller = true;
      break;
    }
  }
  return runSchedule(smallest.schedule, { ...options, isTraced: true });
}
