import { printTable } from '../../report.ts';
import { type ArmName, armNames } from './arms.ts';
import type { Comparison } from './comparison.ts';
import type { Measurement } from './measurement.ts';

type Ratio = 'mean' | 'p99' | 'worstP99';

/** How many times longer than in the ideal, "1.02"; with the share that failed, where some did. */
function ratio({ arms }: Comparison, arm: ArmName, measure: Ratio): string {
  const { answers, failures } = arms[arm];
  const times = (arms[arm][measure] / arms.ideal[measure]).toFixed(2);
  const failed = (100 * failures) / (answers + failures);
  return failures === 0 ? times : `${times} (${failed < 0.1 ? '<0.1' : failed.toFixed(1)} % failed)`;
}

/** Prints mean, p99 and the worst client's p99 of every arm against the ideal. */
export function printRatios(comparisons: readonly Comparison[]): void {
  const others = armNames.filter((name) => name !== 'ideal');
  const measures: readonly Ratio[] = ['mean', 'p99', 'worstP99'];
  for (const measure of measures) {
    const rows = comparisons.map((comparison) => [
      comparison.title,
      comparison.arms.ideal[measure].toFixed(2),
      ...others.map((arm) => ratio(comparison, arm, measure)),
    ]);
    printTable([`${measure} against the ideal`, 'ideal, ms', ...others], rows);
  }
}

const details: readonly (keyof Measurement)[] = [
  'mean',
  'p50',
  'p95',
  'p99',
  'worstP99',
  'bestP99',
  'failures',
  'inUse',
  'open',
  'openedPerSecond',
  'reversalsPerSecond',
];

/** Prints every measure of every arm. */
export function printDetails(comparisons: readonly Comparison[]): void {
  const rows = comparisons.flatMap(({ title, arms }) =>
    armNames.map((arm) => [title, arm, ...details.map((key) => arms[arm][key].toFixed(2))]),
  );
  printTable(['load', 'arm', ...details], rows);
}
