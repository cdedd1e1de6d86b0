/** `npm run bench -- pool --invariant [--schedules N] [--seed S] [--break NAME]`. */

import { expectInteger, expectOneOf } from '@inkwire/base';
import { saveResults } from '../../report.ts';
import { type BreakageName, breakages } from './breakage.ts';
import { search } from './search.ts';
import { shrink } from './shrink.ts';

export interface InvariantOptions {
  readonly schedules: number;
  readonly seed: number;
  readonly breakage: string | undefined;
}

/** Runs random schedules and reports the first that breaks the rule, made small. */
export async function invariant({ schedules, seed, breakage }: InvariantOptions): Promise<void> {
  expectInteger('schedules', schedules, { min: 1 });
  expectInteger('seed', seed, { min: 0 });
  const names = Object.keys(breakages) as BreakageName[];
  const options =
    breakage === undefined ? {} : { breakage: breakages[expectOneOf('break', breakage, names)] };
  const began = performance.now();
  const seen = await search(seed, schedules, options, (done) => {
    if (done % 10_000 === 0)
      console.log(`${done} schedules, ${Math.round((performance.now() - began) / 1000)} s`);
  });
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${seen.schedules} schedules from seed ${seed}, ${seen.events} events, in ${seconds.toFixed(1)} s: ` +
      `${seen.failed === undefined ? 'no violation' : 'VIOLATED'}; the database was full in ${seen.full}`,
  );
  if (seen.failed !== undefined) {
    const small = await shrink(seen.failed, options);
    console.log(small.trace.slice(-60).join('\n'));
    console.log(JSON.stringify(small.schedule, null, 1));
    console.log(`seed ${seen.failed.schedule.seed}: ${small.violation}`);
    process.exitCode = 1;
  } else if (breakage === undefined) {
    const { failed: _, ...figures } = seen;
    saveResults(
      `pool-invariant-${seed}`,
      `npm run bench -- pool --invariant --schedules ${schedules} --seed ${seed}`,
      {
        ...figures,
        violations: 0,
        seconds: Math.round(seconds),
      },
    );
  }
}
