import { expect, it } from 'vitest';
import { type BreakageName, breakages } from '../../../../bench/pool/invariant/breakage.ts';
import { createSchedule } from '../../../../bench/pool/invariant/schedule.ts';
import { search } from '../../../../bench/pool/invariant/search.ts';
import { shrink } from '../../../../bench/pool/invariant/shrink.ts';
import { runSchedule } from '../../../../bench/pool/invariant/world.ts';

/** Of these every seed is tried; `npm run bench -- pool --invariant` tries 100,000 and more. */
const schedules = process.env.INKWIRE_LONG === '1' ? 3000 : 200;

it('never has more sessions open than the database takes, whatever goes wrong', async () => {
  const { failed, full } = await search(1, schedules);
  const small = failed && (await shrink(failed, {}));
  expect(small && `${JSON.stringify(small.schedule)}\n${small.trace.join('\n')}\n${small.violation}`).toBe(
    undefined,
  );
  // What is never full proves nothing.
  expect(full).toBeGreaterThan(0.8 * schedules);
});

it('does the same in every run of a schedule', async () => {
  const schedule = createSchedule(7);
  const [first, second] = [await runSchedule(schedule), await runSchedule(schedule)];
  expect(second).toEqual(first);
});

/** Where the search for a breakage begins that shows in one of some thousand schedules. */
const firstSeeds: Partial<Record<BreakageName, number>> = { 'grant-before-disk': 2000 };

it.each(Object.keys(breakages) as BreakageName[])('finds what `%s` breaks', async (name) => {
  const options = { breakage: breakages[name] };
  const { failed } = await search(firstSeeds[name] ?? 1, 400, options);
  expect(failed?.violation).toMatch(/sessions of/);
  const small = await shrink(failed!, options);
  expect(small.violation).toMatch(/sessions of/);
  expect(small.schedule.faults.length).toBeLessThanOrEqual(failed!.schedule.faults.length);
});
