import { expect, it } from 'vitest';
import { poolAtRest } from '../../test/pool-at-rest.ts';
import type { LeaseGrant } from '../allocator/messages.ts';
import { LeaseProtocol } from './lease-protocol.ts';

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
  const report = (nowMs: number) => protocol.report(poolAtRest, nowMs);
  const reply = (answers: number) => ({ client: 'a', incarnation: protocol.incarnation, epoch: 1, answers });
  const grant = (answers: number, nowMs: number, change: Partial<LeaseGrant> = {}) => {
    const terms = { sequence: 1, min: 0, max: 9, leaseMs: 1000, floor: 2, isConfirmation: false };
    return protocol.receive({ kind: 'grant', ...reply(answers), ...terms, ...change }, 0, nowMs);
  };
  const fence = (answers: number, nowMs: number) =>
    protocol.receive({ kind: 'refusal', ...reply(answers), reason: 'fenced' }, 9, nowMs);
  const farewell = (answers: number, nowMs: number) =>
    protocol.receive({ kind: 'farewell', ...reply(answers) }, 0, nowMs);
  return { protocol, report, grant, fence, farewell };
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
