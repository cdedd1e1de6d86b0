import { expect, it } from 'vitest';
import { sharedQueue } from './arms/shared-queue.ts';
import { estimate } from './confidence.ts';
import { erlangC } from './erlang-c.ts';
import { run } from './run.ts';

it('agrees with what is known of one server, and of a table of Erlang’s', () => {
  expect(erlangC(1, 0.7, 10).waiting).toBeCloseTo(0.7, 12);
  expect(erlangC(1, 0.7, 10).meanWait).toBeCloseTo(70 / 3, 9);
  // 2 servers: C = 2ρ² / (1 + ρ).
  expect(erlangC(2, 0.6, 1).waiting).toBeCloseTo(0.45, 12);
});

it.each([
  { servers: 1, load: 0.7, answers: 15_000 },
  { servers: 10, load: 0.85, answers: 15_000 },
  { servers: 100, load: 0.95, answers: 60_000 },
])('the pool of $servers at $load waits as M/M/c does', async ({ servers, load, answers }) => {
  const meanServiceMs = 10;
  const theory = erlangC(servers, load, meanServiceMs);
  const [waiting, meanWait]: [number[], number[]] = [[], []];
  for (let seed = 0; seed < 10; seed++) {
    const durationMs = (answers * meanServiceMs) / (servers * load);
    const { recorder, measurement } = await run({
      createArm: sharedQueue,
      loop: 'open',
      phases: [{ atMs: 0, needs: [servers * load] }],
      durationMs,
      warmUpMs: durationMs / 5,
      capacity: servers,
      seed,
    });
    waiting.push(recorder.waited / measurement.answers);
    meanWait.push(recorder.waitMs / measurement.answers);
  }
  const found = { waiting: estimate(waiting), meanWait: estimate(meanWait) };
  expect(Math.abs(found.waiting.mean - theory.waiting)).toBeLessThanOrEqual(found.waiting.halfWidth);
  expect(Math.abs(found.meanWait.mean - theory.meanWait)).toBeLessThanOrEqual(found.meanWait.halfWidth);
  expect(found.waiting.halfWidth).toBeLessThan(0.06);
  expect(found.meanWait.halfWidth).toBeLessThan(0.25 * theory.meanWait);
});
