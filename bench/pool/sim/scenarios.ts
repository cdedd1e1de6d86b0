import type { RunOptions } from './run.ts';
import { serviceShapes } from './service-time.ts';
import { capacities, scaledTo, sevenLoads } from './seven-loads.ts';
import { traces } from './traces.ts';

/** Kinds of load: the seven, fixed shares' own, Poisson arrivals, and those that move, with connects of 5 and of 150 ms. */
export const groups = ['closed', 'even', 'open', 'trace', 'slow-connect'] as const;

/** A load under which every arm is run. */
export interface Scenario extends Omit<RunOptions, 'createArm' | 'seed'> {
  readonly group: (typeof groups)[number];
  readonly title: string;
}

/** All begin at once without a connection; so much later that is forgotten. */
const warmUpMs = 1_000;

const steady = (needs: readonly number[]) => [{ atMs: 0, needs }];

/** The seven loads in a closed loop at three capacities. */
const closed: Scenario[] = capacities.flatMap((capacity) =>
  sevenLoads.map((needs) => ({
    group: 'closed',
    title: `${capacity}: ${needs.join(' ')}`,
    loop: 'closed',
    phases: steady(needs),
    durationMs: 4_000,
    capacity,
  })),
);

/** Loads for which fixed shares are made: what moving costs where nothing has to move. */
const even: Scenario[] = (['closed', 'open'] as const).flatMap((loop) =>
  (loop === 'closed' ? [20, 25, 50] : [17.5, 21.25]).map((need) => ({
    group: 'even',
    title: `${loop} loop, 4 × ${need} on 100`,
    loop,
    phases: steady(Array(4).fill(need)),
    durationMs: 10_000,
    capacity: 100,
  })),
);

/** Poisson arrivals, the first of the seven loads in proportion, once the common cold start is over. */
const open: Scenario[] = serviceShapes.flatMap((service) =>
  [100, 400].flatMap((capacity) =>
    [50, 70, 85, 95].map((load) => ({
      group: 'open',
      title: `${service}, ${capacity} at ${load} %`,
      loop: 'open',
      phases: steady(scaledTo((capacity * load) / 100, sevenLoads[0]!)),
      durationMs: warmUpMs + 1_200_000 / capacity,
      warmUpMs,
      capacity,
      service,
    })),
  ),
);

const moving: Scenario[] = traces.flatMap((trace) =>
  [5, 150].map((connectMs) => ({
    ...trace,
    group: connectMs === 5 ? 'trace' : 'slow-connect',
    loop: 'open',
    capacity: 100,
    connectMs,
  })),
);

export const scenarios: readonly Scenario[] = [...closed, ...even, ...open, ...moving];
