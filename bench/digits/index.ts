/** `npm run bench -- digits [--speedrun | --only accuracy,foreign,nonsense,paper,reading,http,start]`. */
import { parseArgs } from 'node:util';
import { accuracy } from './accuracy.ts';
import { foreign } from './foreign.ts';
import { http } from './http.ts';
import { nonsense } from './nonsense.ts';
import { paper } from './paper.ts';
import { reading } from './reading.ts';
import { speedrun } from './speedrun.ts';
import { start } from './start.ts';

const subjects = { accuracy, foreign, nonsense, paper, reading, http, start };

const { values } = parseArgs({
  options: {
    speedrun: { type: 'boolean' },
    only: { type: 'string' },
    data: { type: 'string', default: '../shared/data' },
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
  for (const name of chosen) {
    const subject = subjects[name as keyof typeof subjects];
    if (!subject)
      throw new RangeError(`Expected --only to name ${Object.keys(subjects).join(', ')}, got ${name}`);
    console.log(`${name}\n`);
    await subject(values);
  }
}
