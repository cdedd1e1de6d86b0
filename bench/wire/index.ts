/** `npm run bench -- wire [--only throughput,fan-out,idle,latency | --soak MINUTES | --against CHECKOUT [--rounds 10]]`. */
import { parseArgs } from 'node:util';
import { against } from './against.ts';
import { fanOut } from './fan-out.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { soak } from './soak.ts';
import { throughput } from './throughput.ts';

const subjects = { throughput, 'fan-out': fanOut, idle, latency };

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    soak: { type: 'string' },
    against: { type: 'string' },
    rounds: { type: 'string', default: '10' },
  },
});

if (values.soak) {
  await soak(Number(values.soak));
} else if (values.against) {
  await against(values.against, Number(values.rounds));
} else {
  for (const name of values.only?.split(',') ?? Object.keys(subjects)) {
    const subject = subjects[name as keyof typeof subjects];
    if (!subject)
      throw new RangeError(`Expected --only to name ${Object.keys(subjects).join(', ')}, got ${name}`);
    console.log(`${name}\n`);
    await subject();
  }
}
