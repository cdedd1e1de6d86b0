import { printTable, saveResults } from '../../report.ts';
import { armNames } from './arms.ts';
import * as charts from './charts.ts';
import { type Comparison, compare, type Effort } from './comparison.ts';
import { groups, type Scenario, scenarios } from './scenarios.ts';
import { stepResponses } from './step-experiment.ts';
import { printDetails, printRatios } from './tables.ts';

/** What the policy was chosen on was other: 1 to 5. */
const seeds = [101, 102];
const stepSeeds = Array.from({ length: 10 }, (_, i) => 101 + i);

/** Every arm under every load of the groups, and how it takes a step. Writes tables, charts and bench/results/pool-sim.json. */
export async function simulate(only: readonly string[] = groups): Promise<void> {
  const unknown = only.find((name) => !groups.some((group) => group === name));
  if (unknown !== undefined)
    throw new RangeError(`Expected --groups to name ${groups.join(', ')}, got ${unknown}`);
  const effort: Effort = { runs: 0, simulatedMs: 0, answers: 0, events: 0, tookMs: 0 };
  const comparisons: Comparison[] = [];
  for (const scenario of scenarios.filter(({ group }) => only.includes(group))) {
    process.stderr.write(`${scenario.group}: ${scenario.title}\n`);
    comparisons.push(await compare(scenario, seeds, effort));
  }
  printRatios(comparisons);
  printDetails(comparisons);
  const settledAfterMs = await settling();
  printEffort(effort);
  saveResults('pool-sim', 'npm run bench -- pool --sim', { seeds, comparisons, settledAfterMs, effort });
  await draw(comparisons, only);
}

/** How long each arm takes to settle after the step, at both connect times. Draws the faster. */
async function settling(): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
  const quick = await stepResponses(5, stepSeeds);
  const slow = await stepResponses(150, stepSeeds);
  charts.drawStep(quick);
  const rows = armNames.map((arm) => [arm, quick[arm].settledAfterMs, slow[arm].settledAfterMs] as const);
  printTable(['settled after a step, ms', 'connects of 5 ms', 'connects of 150 ms'], rows);
  return Object.fromEntries(rows.map(([arm, at5, at150]) => [arm, { 5: at5, 150: at150 }]));
}

function printEffort({ runs, simulatedMs, answers, events, tookMs }: Effort): void {
  const seconds = tookMs / 1_000;
  printTable(
    ['runs', 'simulated hours', 'queries', 'took, s', 'events a second', 'queries a second'],
    [
      [
        runs,
        (simulatedMs / 3_600_000).toFixed(2),
        answers,
        seconds.toFixed(0),
        Math.round(events / seconds),
        Math.round(answers / seconds),
      ],
    ],
  );
}

async function draw(comparisons: readonly Comparison[], only: readonly string[]): Promise<void> {
  const of = (group: Scenario['group']) => comparisons.filter((comparison) => comparison.group === group);
  if (only.includes('closed')) charts.drawClosed(of('closed'));
  if (only.includes('open')) charts.drawOpen(of('open'));
  if (only.includes('trace')) charts.drawTraces(of('trace'));
  await charts.drawHolders(seeds[0]!);
}
