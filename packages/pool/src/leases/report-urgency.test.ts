import { expect, it } from 'vitest';
import type { LeaseReport } from '../allocator/messages.ts';
import type { LeasedStats } from './leased-pool.ts';
import { urgencyOf } from './report-urgency.ts';

const told = (inUse: number, idle = 0) => ({ inUse, idle, opening: 0, closing: 0, queued: 0 }) as LeaseReport;
const now = (inUse: number, max: number, change: Partial<LeasedStats> = {}) =>
  ({ inUse, queued: 0, total: inUse, max, ...change }) as LeasedStats;

it('is urgent when more is needed than was reported, and than there may be', () => {
  expect(urgencyOf(told(4), now(4, 4, { queued: 1 }))).toBe('urgent');
  expect(urgencyOf(told(4), now(5, 5))).toBe('soon');
  expect(urgencyOf(told(5), now(4, 4, { queued: 1, total: 5 }))).toBe('none');
});

it('is urgent when connections were closed that are being taken back, and only then', () => {
  expect(urgencyOf(told(5), now(5, 3, { total: 4 }))).toBe('urgent');
  expect(urgencyOf(told(5), now(5, 3, { total: 5 }))).toBe('none');
  expect(urgencyOf(told(3, 2), now(3, 5, { total: 3 }))).toBe('none');
});

it('is soon when the need differs by an eighth of what was reported, and by at least one', () => {
  expect(urgencyOf(told(80), now(89, 100))).toBe('none');
  expect(urgencyOf(told(80), now(90, 100))).toBe('soon');
  expect(urgencyOf(told(80), now(70, 100))).toBe('soon');
  expect(urgencyOf(told(0), now(0, 100))).toBe('none');
  expect(urgencyOf(told(0), now(1, 100))).toBe('soon');
});
