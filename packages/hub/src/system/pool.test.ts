import { createManualClock } from '@inkwire/base';
import { createLeaseService } from '@inkwire/pool';
import { expect, it, onTestFinished, vi } from 'vitest';
import { leaseReport } from '../../../pool/test/lease-report.ts';
import { $pool } from './pool.ts';
import type { SystemContext } from './system-part.ts';

/** The part on a clock that stands still, and the topics of the messages that it publishes to so many subscribers. */
function poolPart(subscribers = 1) {
  const clock = createManualClock();
  const published: string[] = [];
  const topics = {
    subscribers: () => subscribers,
    publish: (topic: string) => void published.push(topic),
  };
  const service = createLeaseService({ allocator: { capacity: 10, learnMs: 0 }, clock });
  onTestFinished(() => service.close());
  const part = $pool(service)({ topics, clock } as unknown as SystemContext);
  onTestFinished(() => part[Symbol.dispose]?.());
  const report = (sequence: number, inUse: number) =>
    service.receive(leaseReport('Anna', { sequence, inUse, max: inUse }));
  const told = () => published.filter((topic) => topic === '$pool').length;
  // A snapshot of thousands of clients is what a message costs.
  const snapshots = vi.spyOn(service, 'snapshot');
  return { clock, part, report, told, snapshots };
}

it('tells the first change at once, and those after it a tenth of a second later, together', () => {
  const { clock, report, told, snapshots } = poolPart();
  report(1, 1);
  clock.advance(0);
  expect(told()).toBe(1);
  report(2, 2);
  clock.advance(50);
  report(3, 3);
  clock.advance(49);
  expect(told()).toBe(1);
  clock.advance(1);
  expect(told()).toBe(2);
  expect(snapshots).toHaveBeenCalledTimes(2);
});

it('does not tell again what it told', () => {
  const { clock, report, told } = poolPart();
  report(1, 0);
  clock.advance(100);
  const before = told();
  // The allocator looks at its clients every second. These are events that change nothing.
  clock.advance(3000);
  expect(told()).toBe(before);
});

it('tells nobody nothing', () => {
  const { clock, report, snapshots } = poolPart(0);
  report(1, 1);
  clock.advance(1000);
  expect(snapshots).not.toHaveBeenCalled();
});

it('is quiet once it is disposed of, whether or not a message waits', () => {
  for (const waits of [true, false]) {
    const { clock, part, report, told } = poolPart();
    report(1, 1);
    if (!waits) clock.advance(100);
    const before = told();
    part[Symbol.dispose]!();
    report(2, 2);
    clock.advance(1000);
    expect(told()).toBe(before);
  }
});
