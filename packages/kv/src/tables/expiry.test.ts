import { createManualClock } from '@inkwire/base';
import { expect, it } from 'vitest';
import { Sweeper, sweepAtMost } from './expiry.ts';

it('sweeps again when a sweep has failed, and soon again when there was as much as one may remove', async () => {
  const clock = createManualClock();
  const fail = () => Promise.reject(new Error('the disk is full'));
  const outcomes = [fail, async () => sweepAtMost, () => sweepAtMost, () => 1];
  let sweeps = 0;
  const sweeper = new Sweeper(clock, {
    sweep: () => outcomes[sweeps++]!(),
    anything: () => sweeps < outcomes.length,
  });
  sweeper.wake();
  const sweptAfter: number[] = [];
  for (const ms of [999, 1, 999, 1, 4, 1, 4, 1]) {
    clock.advance(ms);
    sweptAfter.push(sweeps);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sweptAfter).toEqual([0, 1, 1, 2, 2, 3, 3, 4]);
  expect(clock.pending).toBe(0);
});
