import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { areaChart } from '../chart-area.ts';
import { barChart } from '../chart-bars.ts';
import { lineChart } from '../chart-lines.ts';
import { type ArmName, arms } from './arms.ts';
import type { Comparison } from './comparison.ts';
import { run } from './run.ts';
import type { StepResponse } from './step-experiment.ts';
import { windowMs } from './step-experiment.ts';
import { movingHotSpot, stepMs } from './traces.ts';

/** The compiled bench runs in bench/dist/pool/sim. */
const directory = fileURLToPath(new URL('../../../../docs/images/pool/', import.meta.url));

function save(name: string, picture: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}sim-${name}.svg`, picture);
}

const drawn: readonly ArmName[] = ['fair', 'mean', 'fixed', 'pgbouncer'];

/** Bars of mean response against the ideal, one group a load. */
function drawRatios(
  name: string,
  title: string,
  comparisons: readonly Comparison[],
  names: readonly string[],
  max: number,
): void {
  const series = drawn.map((arm) => ({
    name: arm,
    values: comparisons.map(({ arms }) => arms[arm].mean / arms.ideal.mean),
  }));
  const y = { label: 'mean response, times the ideal', min: 0.5, max };
  save(name, barChart({ title, x: { label: 'load', groups: names }, y, series }));
}

export function drawClosed(comparisons: readonly Comparison[]): void {
  for (const capacity of [400, 100]) {
    const rows = comparisons.filter(({ title }) => title.startsWith(`${capacity}:`));
    const names = rows.map(({ title }) => title.slice(title.indexOf(' ') + 1));
    drawRatios(`closed-${capacity}`, `Seven loads, capacity ${capacity}`, rows, names, 5);
  }
}

export function drawTraces(comparisons: readonly Comparison[]): void {
  const rows = comparisons.filter(({ title }) => title.startsWith('hot spot'));
  const names = rows.map(({ title }) => title.replace('hot spot moves ', ''));
  drawRatios('hot-spot', 'A hot spot that moves, capacity 100 at 85 %', rows, names, 1_000);
}

/** Mean response over load, exponential service, capacity 100. */
export function drawOpen(comparisons: readonly Comparison[]): void {
  const rows = comparisons.filter(({ title }) => title.startsWith('exponential, 100'));
  const values = rows.map(({ title }) => Number(/at (\d+) %/.exec(title)![1]));
  const series = (['ideal', ...drawn] as const).map((arm) => ({
    name: arm,
    values: rows.map(({ arms }) => arms[arm].p99),
  }));
  save(
    'open',
    lineChart({
      title: 'Open loop, exponential service of 10 ms, capacity 100',
      x: { label: 'load, %', values },
      y: { label: 'p99 of response, ms', min: 20, max: 5_000 },
      series,
    }),
  );
}

/** Mean response around the step. */
export function drawStep(responses: Readonly<Record<ArmName, StepResponse>>): void {
  const from = (stepMs - 200) / windowMs;
  const to = (stepMs + 1_000) / windowMs;
  const values = Array.from({ length: to - from }, (_, at) => at * windowMs);
  const series = (['ideal', 'fair', 'mean', 'fixed'] as const).map((name) => ({
    name,
    values: responses[name].curve.slice(from, to),
  }));
  save(
    'step',
    lineChart({
      title: 'The load of one client moves to another 200 ms after the left edge',
      x: { label: 'time, ms', values },
      y: { label: 'mean response, ms', min: 5, max: 1_000 },
      series,
    }),
  );
}

/** Who holds the database's slots while the hot spot moves every two seconds. */
export async function drawHolders(seed: number): Promise<void> {
  const trace = movingHotSpot(2_000);
  const shown = { ...trace, durationMs: 8_200 };
  const { samples } = await run({
    ...shown,
    phases: trace.phases.filter(({ atMs }) => atMs < shown.durationMs),
    createArm: arms.fair,
    loop: 'open',
    capacity: 100,
    seed,
    keepSlots: true,
  });
  const kept = samples.filter((_, i) => i % 20 === 0);
  const series = [0, 1, 2, 3].map((client) => ({
    name: `client ${client + 1}`,
    values: kept.map(({ slots }) => slots[client] ?? 0),
  }));
  save(
    'holders',
    areaChart({
      title: 'Who holds the 100 connections while the hot spot moves every 2 s',
      x: { label: 'time, s', values: kept.map(({ atMs }) => atMs / 1_000) },
      y: { label: 'connections', max: 100 },
      series,
    }),
  );
}
