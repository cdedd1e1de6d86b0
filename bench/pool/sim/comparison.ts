import { type ArmName, armNames, arms } from './arms.ts';
import type { Measurement } from './measurement.ts';
import { run } from './run.ts';
import type { Scenario } from './scenarios.ts';

/** What every arm came to under one load: the mean over the seeds of each measure. */
export interface Comparison {
  readonly group: Scenario['group'];
  readonly title: string;
  readonly arms: Readonly<Record<ArmName, Measurement>>;
}

/** How much was simulated in how long. */
export interface Effort {
  runs: number;
  simulatedMs: number;
  answers: number;
  events: number;
  tookMs: number;
}

/** Runs all arms under a load, once a seed each, arms interleaved. */
export async function compare(
  scenario: Scenario,
  seeds: readonly number[],
  effort: Effort,
): Promise<Comparison> {
  const found = Object.fromEntries(armNames.map((name) => [name, [] as Measurement[]])) as Record<
    ArmName,
    Measurement[]
  >;
  for (const seed of seeds) {
    for (const name of armNames) {
      const began = performance.now();
      const { measurement, simulatedMs, events } = await run({ ...scenario, createArm: arms[name], seed });
      found[name].push(measurement);
      effort.runs++;
      effort.simulatedMs += simulatedMs;
      effort.answers += measurement.answers;
      effort.events += events;
      effort.tookMs += performance.now() - began;
    }
  }
  const { group, title } = scenario;
  const averages = armNames.map((name) => [name, average(found[name])]);
  return { group, title, arms: Object.fromEntries(averages) as Comparison['arms'] };
}

function average(measurements: readonly Measurement[]): Measurement {
  const keys = Object.keys(measurements[0]!) as (keyof Measurement)[];
  const mean = (key: keyof Measurement) =>
    measurements.reduce((sum, measurement) => sum + measurement[key], 0) / measurements.length;
  return Object.fromEntries(keys.map((key) => [key, mean(key)])) as unknown as Measurement;
}
