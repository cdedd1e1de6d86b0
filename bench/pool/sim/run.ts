import { createRandom } from '@inkwire/base';
import type { CreateArm } from './arm.ts';
import { ClosedLoop } from './closed-loop.ts';
import { Database } from './database.ts';
import { LimitSampler, type Sample } from './limit-sampler.ts';
import type { Phase } from './load.ts';
import { type Measurement, measure } from './measurement.ts';
import { OpenLoop } from './open-loop.ts';
import { Recorder, type Window } from './recorder.ts';
import { createServiceTime, type ServiceShape } from './service-time.ts';
import { VirtualClock } from './virtual-clock.ts';

/** One run. Times in milliseconds. */
export interface RunOptions {
  readonly createArm: CreateArm;
  readonly loop: 'closed' | 'open';
  readonly phases: readonly Phase[];
  readonly durationMs: number;
  readonly capacity: number;
  readonly seed: number;
  /** Default exponential. */
  readonly service?: ServiceShape;
  /** Default 10. */
  readonly meanServiceMs?: number;
  /** Default 5. */
  readonly connectMs?: number;
  /** Default 1. */
  readonly closeMs?: number;
  /** One way between a client and whoever coordinates. Default 0.5. */
  readonly messageMs?: number;
  /** What each client may have at any time. Default 30 of 400. */
  readonly floor?: number;
  /** Queries wanted before are not measured. Default 0: the cold start counts. */
  readonly warmUpMs?: number;
  /** Windows of the response curve. Default 10. */
  readonly windowMs?: number;
  /** Keeps who held what, every millisecond. Default false. */
  readonly keepSlots?: boolean;
}

/** What came of a run. */
export interface Run {
  readonly measurement: Measurement;
  readonly recorder: Recorder;
  readonly windows: readonly (Window | undefined)[];
  readonly samples: readonly Sample[];
  /** Virtual milliseconds and events that it took. */
  readonly simulatedMs: number;
  readonly events: number;
}

/** The classic experiment's minimum, 30 for each client on 400 connections. */
const floorPart = 30 / 400;

/** A run that has not answered everything after so many times its length hangs. */
const patience = 50;

/** Runs one arm under one load until everything is answered. The same seed asks every arm the same queries. */
export async function run(options: RunOptions): Promise<Run> {
  const { createArm, phases, durationMs, capacity, seed, meanServiceMs = 10, messageMs = 0.5 } = options;
  const { connectMs = 5, closeMs = 1, warmUpMs = 0, windowMs = 10, keepSlots = false } = options;
  const { floor = Math.floor(floorPart * capacity) } = options;
  const clock = new VirtualClock();
  const database = new Database({ clock, capacity, connectMs, closeMs });
  const random = createRandom(seed);
  const arm = createArm({ clock, database, random, capacity, connectMs, messageMs, floor });
  const recorder = new Recorder(clock, { fromMs: warmUpMs, windowMs });
  const load = new (options.loop === 'closed' ? ClosedLoop : OpenLoop)({
    clock,
    arm,
    recorder,
    serviceTime: createServiceTime(options.service ?? 'exponential', meanServiceMs),
    meanServiceMs,
    stream: (client, process) => createRandom(((seed + 1) * 256 + client) * 1_024 + process),
  });
  load.start(phases);
  const look = () => ({
    limits: load.limits,
    slots: () => load.limits.map((_, client) => database.slotsOf(`client-${client + 1}`)),
  });
  const sampler = new LimitSampler(clock, look, { keepSlots, untilMs: durationMs });
  await clock.run(durationMs);
  const measureNow = () => measure(recorder, database, { reversals: sampler.reversals, durationMs });
  const { inUse, open, openedPerSecond } = measureNow();
  load.stop();
  while (load.outstanding > 0) {
    if (clock.monotonic() > patience * durationMs)
      throw new Error(`${load.outstanding} queries were never answered`);
    await clock.run(clock.monotonic() + 100);
  }
  return {
    measurement: { ...measureNow(), inUse, open, openedPerSecond },
    recorder,
    windows: recorder.windows,
    samples: sampler.samples,
    simulatedMs: clock.monotonic(),
    events: clock.events,
  };
}
