import { expect, it } from 'vitest';
import { poolAtRest } from '../../test/pool-at-rest.ts';
import type { LeaseGrant, RefusalReason } from '../allocator/messages.ts';
import { LeaseProtocol } from './lease-protocol.ts';
import type { LeasedStats } from './leased-pool.ts';

function scene() {
  let incarnations = 0;
  const protocol = new LeaseProtocol({
    name: 'a',
    incarnation: () => `a#${++incarnations}`,
    floor: 2,
    ceiling: 100,
    weight: 1,
    gapMs: 5,
    tickMs: 1000,
    replyMs: 250,
  });
  const report = (nowMs: number, stats: LeasedStats = poolAtRest) => protocol.report(stats, nowMs);
  const reply = (answers: number) => ({ client: 'a', incarnation: protocol.incarnation, epoch: 1, answers });
  const grant = (answers: number, nowMs: number, change: Partial<LeaseGrant> = {}) => {
    const terms = { sequence: 1, min: 0, max: 9, leaseMs: 1000, floor: 2, isConfirmation: false };
    return protocol.receive({ kind: 'grant', ...reply(answers), ...terms, ...change }, 0, nowMs);
  };
  const refuse = (reason: RefusalReason, answers: number, nowMs: number) =>
    protocol.receive({ kind: 'refusal', ...reply(answers), reason }, 9, nowMs);
  const fence = (answers: number, nowMs: number) => refuse('fenced', answers, nowMs);
  const farewell = (answers: number, nowMs: number) =>
    protocol.receive({ kind: 'farewell', ...reply(answers) }, 0, nowMs);
  return { protocol, report, grant, refuse, fence, farewell };
}

/** One that has a grant since 0, was fenced at 10, and has said goodbye at 20: its second report, at 10, was another. */
function fenced() {
  const parts = scene();
  parts.report(0);
  parts.grant(1, 0);
  parts.report(10);
  parts.fence(2, 10);
  parts.report(20);
  return parts;
}

it('falls to its floor in the moment in which its lease ends, once', () => {
  const { protocol, report, grant } = scene();
  report(100);
  grant(1, 300);
  expect(protocol.expire(1099.9)).toBe(undefined);
  expect(protocol.expire(1100)).toEqual({ min: 0, max: 2 });
  expect(protocol.expire(1100)).toBe(undefined);
});

it('has nothing, and no floor when its lease would end, once it leaves', () => {
  const { protocol, report, grant } = scene();
  report(0);
  grant(1, 0);
  expect(protocol.leave()).toEqual({ min: 0, max: 0 });
  expect(protocol.expire(5000)).toBe(undefined);
});

it('has nothing, and no floor when its lease would end, once it was fenced', () => {
  const { protocol, report, grant, fence } = scene();
  report(0);
  grant(1, 0);
  expect(fence(1, 10)).toEqual({ min: 0, max: 0 });
  expect(protocol.expire(5000)).toBe(undefined);
});

it('stays who it is when a farewell comes that it has not asked for', () => {
  const { protocol, report, grant, farewell } = scene();
  report(0);
  grant(1, 0);
  farewell(1, 5);
  expect(protocol).toMatchObject({ incarnation: 'a#1', state: 'leased', epoch: 1 });
});

it('joins as another that has applied nothing', () => {
  const { protocol, report, farewell } = fenced();
  farewell(3, 30);
  expect(protocol).toMatchObject({ incarnation: 'a#2', state: 'joining', epoch: 0 });
  expect(report(30)).toMatchObject({ epoch: 0, appliedGrant: 0, sequence: 1, isLeaving: false });
});

it('joins at once as another, within the gap of its goodbye', () => {
  const { protocol, farewell } = fenced();
  farewell(3, 20);
  expect(protocol.dueMs(poolAtRest)).toBeLessThanOrEqual(20);
});

it('joins at once as another, though a later goodbye is not answered', () => {
  const { protocol, report, farewell } = fenced();
  report(25);
  farewell(3, 40);
  expect(protocol.dueMs(poolAtRest)).toBeLessThanOrEqual(40);
});

it('holds no grant from the moment of a report of its incarnation before', () => {
  const { protocol, report, grant, farewell } = fenced();
  farewell(3, 30);
  report(30);
  expect(grant(2, 40)).toBe(undefined);
  expect(protocol).toMatchObject({ state: 'joining', counts: { ignored: 1 } });
  expect(grant(1, 40)).toMatchObject({ max: 9, expires: { atMs: 1030 } });
});

it('hears nothing more once it has left, not even that it was fenced', () => {
  const { protocol, report, fence } = scene();
  report(0);
  protocol.stop();
  expect(fence(1, 5)).toBe(undefined);
  expect(protocol).toMatchObject({ state: 'left', counts: { ignored: 1, fenced: 0 } });
});

it('goes on leaving when it is fenced meanwhile', () => {
  const { protocol, report, grant, fence } = scene();
  report(0);
  grant(1, 0);
  protocol.leave();
  expect(fence(1, 5)).toBe(undefined);
  expect(protocol).toMatchObject({ state: 'leaving', counts: { fenced: 0 } });
});

it('keeps what it has when it is refused for another reason than a fence, until the next grant says nothing of it', () => {
  const { protocol, report, grant, refuse } = scene();
  report(0);
  grant(1, 0);
  for (const reason of ['name-taken', 'full', 'learning', 'superseded'] as const) {
    expect(refuse(reason, 1, 5)).toBe(undefined);
    expect(protocol).toMatchObject({ state: 'leased', refusal: reason, counts: { fenced: 0 } });
  }
  report(10);
  grant(2, 10, { sequence: 2 });
  expect(protocol.refusal).toBe(undefined);
});

it('ignores a grant of an earlier epoch that answers a report of this one', () => {
  const { protocol, report, grant } = scene();
  report(0);
  grant(1, 0, { epoch: 3 });
  report(5);
  expect(grant(2, 6, { epoch: 2, sequence: 9, max: 50 })).toBe(undefined);
  expect(protocol).toMatchObject({ epoch: 3, counts: { grants: 1, ignored: 1 } });
});

it('takes a grant of a later epoch, whose sequences begin again', () => {
  const { protocol, report, grant } = scene();
  report(0);
  grant(1, 0, { sequence: 9 });
  report(5);
  expect(grant(2, 6, { epoch: 2, sequence: 1 })).toBeDefined();
  expect(report(10)).toMatchObject({ epoch: 2, appliedGrant: 1 });
  expect(protocol.counts.ignored).toBe(0);
});

it('keeps no more open than it may have, where a confirmation lowers that', () => {
  const { report, grant } = scene();
  report(0);
  expect(grant(1, 0, { isConfirmation: true, min: 2, max: 9, floor: 0 })).toMatchObject({ min: 0, max: 0 });
});

it('does not answer for reports that are too many to remember', () => {
  const { report, grant } = scene();
  for (let i = 0; i < 65; i++) report(i);
  expect(grant(1, 70)).toBe(undefined);
  expect(grant(2, 70)).toMatchObject({ expires: { atMs: 1001 } });
});

/** A client with a lease, which has said at 10 that it needs nothing. */
function leased(change: Partial<LeaseGrant> = {}) {
  const parts = scene();
  parts.report(0);
  parts.grant(1, 0, change);
  parts.report(10, { ...poolAtRest, max: 9 });
  return parts;
}

const inUse = (count: number, change: Partial<LeasedStats> = {}): LeasedStats => ({
  ...poolAtRest,
  max: 9,
  total: count,
  inUse: count,
  ...change,
});

it('is due when a third of the lease is over, and after no more than a tick', () => {
  const due = (leaseMs: number) => {
    const { protocol, grant } = leased({ leaseMs });
    grant(2, 10, { sequence: 2, leaseMs });
    return protocol.dueMs(inUse(0));
  };
  expect([due(300), due(9000)]).toEqual([110, 1010]);
});

it('waits for the reply that is under way, and not for an earlier one', () => {
  const { protocol, grant } = leased({ leaseMs: 300 });
  expect(protocol.dueMs(inUse(0))).toBe(260);
  grant(1, 12, { sequence: 2, leaseMs: 300 });
  expect(protocol.dueMs(inUse(9, { queued: 1 }))).toBe(260);
  grant(2, 13, { sequence: 3, leaseMs: 300 });
  expect(protocol.dueMs(inUse(9, { queued: 1 }))).toBe(15);
});

it('says what is urgent after a gap, and what is not after four', () => {
  const { protocol, grant } = leased();
  grant(2, 10, { sequence: 2 });
  expect(protocol.dueMs(inUse(2))).toBe(30);
  expect(protocol.dueMs(inUse(9, { queued: 1 }))).toBe(15);
});

it('says goodbye when nothing is open any more, once a tick', () => {
  const { protocol, report, grant } = leased();
  grant(2, 10, { sequence: 2 });
  protocol.leave();
  report(20, inUse(2));
  const leaving = { kind: 'refusal', client: 'a', incarnation: 'a#1', epoch: 1, reason: 'full' } as const;
  protocol.receive({ ...leaving, answers: 3 }, 0, 20);
  const tickMs = 1000 / 3;
  expect(protocol.dueMs(inUse(2, { max: 0 }))).toBeCloseTo(20 + tickMs);
  expect(protocol.dueMs(inUse(0, { max: 0 }))).toBe(25);
  report(25, inUse(0, { max: 0 }));
  protocol.receive({ ...leaving, answers: 4 }, 0, 25);
  expect(protocol.dueMs(inUse(0, { max: 0 }))).toBeCloseTo(25 + tickMs);
});
