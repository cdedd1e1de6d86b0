/**
 * `npm run bench -- pool [--acquire [--against CHECKOUT]] [--real [--rows some|all] [--seconds N] [--rounds N]] [--faults]
 * [--sim [--groups closed,even,open,trace,slow-connect]] [--invariant [--schedules N] [--seed S] [--break NAME]] [--allocator]`:
 * those that are named, or all of them.
 */
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    acquire: { type: 'boolean' },
    against: { type: 'string' },
    real: { type: 'boolean' },
    faults: { type: 'boolean' },
    sim: { type: 'boolean' },
    invariant: { type: 'boolean' },
    allocator: { type: 'boolean' },
    schedules: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    break: { type: 'string' },
    groups: { type: 'string' },
    rows: { type: 'string', default: 'some' },
    seconds: { type: 'string', default: '1.5' },
    rounds: { type: 'string', default: '3' },
  },
});

/** Each subject, imported when it is wanted. */
const subjects = {
  acquire: async () =>
    values.against === undefined
      ? (await import('./acquire.ts')).acquire()
      : (await import('./acquire-against.ts')).acquireAgainst(values.against),
  real: async () =>
    (await import('./real/experiment.ts')).experiment({
      rows: values.rows === 'all' ? 'all' : 'some',
      seconds: Number(values.seconds),
      rounds: Number(values.rounds),
    }),
  faults: async () => (await import('./real/faults/index.ts')).breakThings(),
  allocator: async () => (await import('./allocator.ts')).allocator(),
  invariant: async () =>
    (await import('./invariant/index.ts')).invariant({
      schedules: Number(values.schedules),
      seed: Number(values.seed),
      breakage: values.break,
    }),
  sim: async () => (await import('./sim/index.ts')).simulate(values.groups?.split(',')),
};

const names = Object.keys(subjects) as (keyof typeof subjects)[];
const named = names.filter((name) => values[name]);

for (const name of named.length > 0 ? named : names) {
  console.log(`${name}\n`);
  await subjects[name]();
}
