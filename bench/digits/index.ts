/**
 * `npm run bench -- digits [--speedrun | --only accuracy,foreign,nonsense,paper,reading,live,http,start] [--data DIR]`. The
 * subjects `foreign` and `paper` need DIR, which docs/figures.md describes: its sets are not in the repository.
 */
import { parseArgs } from 'node:util';
import { accuracy } from './accuracy.ts';
import { foreign } from './foreign.ts';
import { http } from './http.ts';
import { live } from './live.ts';
import { nonsense } from './nonsense.ts';
import { paper } from './paper.ts';
import { reading } from './reading.ts';
import { speedrun } from './speedrun.ts';
import { start } from './start.ts';

const subjects = { accuracy, foreign, nonsense, paper, reading, live, http, start };
/** Subjects that read the sets of `--data`. */
const onForeignSets = ['foreign', 'paper'];

const { values } = parseArgs({
  options: {
    speedrun: { type: 'boolean' },
    only: { type: 'string' },
    data: { type: 'string', default: '' },
    // Of `paper` alone: see paper.ts.
    quick: { type: 'boolean' },
    kinds: { type: 'string' },
    reader: { type: 'string' },
    detector: { type: 'string' },
    against: { type: 'string' },
    samples: { type: 'string' },
    seed: { type: 'string' },
  },
});

if (values.speedrun) {
  await speedrun();
} else {
  const chosen = values.only?.split(',') ?? Object.keys(subjects);
  if (values.data === '' && chosen.some((name) => onForeignSets.includes(name)))
    throw new RangeError(
      `Expected --data to name a directory for ${onForeignSets.join(' and ')} (docs/figures.md)`,
    );
  for (const name of chosen) {
    const subject = subjects[name as keyof typeof subjects];
    if (!subject)
      throw new RangeError(`Expected --only to name ${Object.keys(subjects).join(', ')}, got ${name}`);
    console.log(`${name}\n`);
    await subject(values);
  }
}
