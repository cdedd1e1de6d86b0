import { setTimeout as wait } from 'node:timers/promises';
import type { Arm } from './arms.ts';
import type { Judge } from './judge.ts';
import type { Row } from './rows.ts';
import type { Sample } from './witness.ts';

/** What moves in a step: the last client becomes the busy one, and the first one idle, at once; all of it has room in 40. */
const before = [30, 3, 3, 2];
const after = [2, 3, 3, 30];
const busy = 'client-4';
/** How many of the 30 the busy client has when it counts as settled. */
const settledAt = 29;

const holdMs = 1_000;
const giveUpMs = 5_000;

/** How long after the step the busy client had 95 % of the connections that it needs, in milliseconds; 5,000 when it does not. */
export async function settle(arm: Arm, row: Row, judge: Judge): Promise<number> {
  await arm.open(row.workload);
  await arm.need(before);
  await wait(holdMs);
  const steppedMs = performance.now();
  await arm.need(after);
  const { atMs } = await judge.until(
    (sample) => held(sample) >= settledAt || sample.atMs >= steppedMs + giveUpMs,
  );
  await arm.need(after.map(() => 0));
  await arm.close();
  await judge.until(({ sessions }) => sessions === 0);
  return Math.min(giveUpMs, atMs - steppedMs);
}

const held = ({ byName }: Sample) =>
  byName.reduce((sum, { name, sessions }) => (name.endsWith(busy) ? sum + sessions : sum), 0);
