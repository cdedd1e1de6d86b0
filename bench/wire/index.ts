/** `npm run bench -- wire [--only throughput,fan-out,idle,latency | --soak MINUTES]`. */
import { parseArgs } from 'node:util';
import { fanOut } from './fan-out.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { soak } from './soak.ts';
import { throughput } from './throughput.ts';

const subjects = { throughput, 'fan-out': fanOut, idle, latency };

const { values } = parseArgs({ options: { only: { type: 'string' }, soak: { type: 'string' } } });

if (values.soak) {
  await soak(Number(values.soak));
} else {
  for (const name of values.only?.split(',') ?? Object.keys(subjects)) {
    const subject = subjects[name as keyof typeof subjects];
    if (!subject)
      throw new RangeError(`Expected --only to name ${Object.keys(subjects).join(', ')}, got ${name}`);
    console.log(`${name}\n`);
    await subject();
  }
}
