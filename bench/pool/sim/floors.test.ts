import { expect, it } from 'vitest';
import { arms } from './arms.ts';
import { run } from './run.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { stepResponses } from './step-experiment.ts';

/** What `fair` costs against one shared queue, on a seed that nothing was chosen on. */
async function againstIdeal(scenario: Scenario, durationMs: number) {
  const options = { ...scenario, durationMs, seed: 201 };
  const ideal = await run({ ...options, createArm: arms.ideal });
  const fair = await run({ ...options, createArm: arms.fair });
  expect(fair.measurement.failures).toBe(0);
  expect(fair.measurement.answers).toBeGreaterThan(1_000);
  return {
    mean: fair.measurement.mean / ideal.measurement.mean,
    p99: fair.measurement.p99 / ideal.measurement.p99,
  };
}

/** Otherwise every third scenario of a name, and one step. */
const isLong = process.env.INKWIRE_LONG === '1';
const named = (pattern: RegExp) =>
  scenarios
    .filter(({ group, title }) => pattern.test(`${group} ${title}`))
    .filter((_, index) => isLong || index % 3 === 0);

it.each(named(/closed 400:/))(
  '$title: as fast as one queue where there is enough for all',
  async (scenario) => {
    const { mean } = await againstIdeal(scenario, 1_000);
    expect(mean).toBeLessThanOrEqual(1.05);
  },
);

it.each(named(/closed [12]00:/))('$title: close to one queue in scarcity', async (scenario) => {
  const { mean, p99 } = await againstIdeal(scenario, 1_000);
  expect(mean).toBeLessThanOrEqual(1.25);
  expect(p99).toBeLessThanOrEqual(1.5);
});

it.each(named(/open .*, 100 at (70|85) %/))('open loop, $title: close to one queue', async (scenario) => {
  const { mean, p99 } = await againstIdeal(scenario, 5_000);
  expect(mean).toBeLessThanOrEqual(1.25);
  expect(p99).toBeLessThanOrEqual(1.5);
});

it.each(named(/trace hot spot moves every 2 s/))('$title: close to one queue', async (scenario) => {
  const { mean } = await againstIdeal(scenario, 8_100);
  expect(mean).toBeLessThanOrEqual(1.5);
});

it('a step has settled after half a second', async () => {
  const { fair } = await stepResponses(5, isLong ? [201, 202, 203] : [201]);
  expect(fair.settledAfterMs).toBeLessThanOrEqual(500);
});
