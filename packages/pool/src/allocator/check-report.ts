import { expectInteger, expectNumber } from '@inkwire/base';
import type { LeaseReport } from './messages.ts';

/** The longest name of a client or incarnation, in characters. */
export const longestName = 200;

const counts = [
  'epoch',
  'appliedGrant',
  'max',
  'inUse',
  'idle',
  'opening',
  'closing',
  'queued',
  'failures',
  'completed',
  'floor',
  'ceiling',
] as const satisfies readonly (keyof LeaseReport)[];

const bounds = { min: 0, max: Number.MAX_SAFE_INTEGER };

/** Throws a TypeError or RangeError that names what makes no sense. */
export function checkReport(report: LeaseReport): void {
  for (const name of ['client', 'incarnation'] as const) {
    const { length } = report[name];
    if (!(length >= 1 && length <= longestName))
      throw new RangeError(`Expected \`${name}\` to have 1 to ${longestName} characters, got ${length}`);
  }
  // The words for what is wrong cost more than looking.
  for (const name of counts)
    if (!(Number.isSafeInteger(report[name]) && report[name] >= 0)) expectInteger(name, report[name], bounds);
  expectInteger('sequence', report.sequence, { min: 1 });
  expectNumber('longestWaitMs', report.longestWaitMs, { min: 0 });
  expectNumber('serviceMs', report.serviceMs, { min: 0 });
  expectNumber('weight', report.weight, { min: 1e-3, max: 1e6 });
}
