import { expect, it } from 'vitest';
import { leaseReport } from '../../test/lease-report.ts';
import { Client } from './client.ts';
import { Clients } from './clients.ts';

const report = leaseReport('a', { epoch: 1 });

const create = (incarnation = 'a#1') => new Client({ name: 'a', incarnation, floor: 1 }, 'member', 1100);

it('holds the most of what is in force, of what is open and of what is under way', () => {
  const client = create();
  expect(client.mostHeld({ ...report, max: 9, inUse: 3 })).toBe(9);
  expect(client.mostHeld({ ...report, max: 2, inUse: 1, idle: 1, opening: 1, closing: 1 })).toBe(4);
  client.sent(10);
  expect(client.mostHeld({ ...report, max: 9, inUse: 3 })).toBe(10);
});

it('may still open what a grant permits until that or a later one was applied', () => {
  const client = create();
  expect([10, 5, 7].map((max) => client.sent(max))).toEqual([1, 2, 3]);
  const held = (appliedGrant: number) => client.mostHeld({ ...report, appliedGrant });
  expect([0, 1, 2, 3].map(held)).toEqual([10, 7, 7, 0]);
});

it('takes part while its lease holds, and not while it waits, is written down or is fenced', () => {
  const client = create();
  const states = ['waiting', 'admitting', 'unsettled', 'member', 'fencing'] as const;
  const isLive = (nowMs: number) =>
    states.filter((state) => {
      client.state = state;
      return client.isLive(nowMs);
    });
  expect(isLive(1099)).toEqual(['unsettled', 'member']);
  expect(isLive(1100)).toEqual([]);
});

it('the part of those who asked in vain is that of the last second, and never of counts that went back', () => {
  const client = create();
  const see = (failures: number, completed: number, nowMs: number) => {
    client.note({ ...report, failures, completed }, nowMs, nowMs + 1100);
    return client.failures.value;
  };
  expect(see(100, 100, 0)).toBe(0);
  expect(see(101, 100, 999)).toBe(0);
  expect(see(103, 101, 1000)).toBe(0.75);
  // From here on again.
  expect(see(103, 110, 2000)).toBe(0);
  expect(see(104, 100, 3000)).toBe(1);
  expect(see(100, 200, 4000)).toBe(0);
  expect(see(100, 200, 5000)).toBe(0);
});

it('two incarnations of a name are two clients, in the order of their coming', () => {
  const clients = new Clients();
  const [first, second] = [create('a#1'), create('a#2')];
  clients.add(first);
  clients.add(second);
  expect([clients.size, clients.named('a')]).toEqual([2, [first, second]]);
  clients.delete(first);
  expect([clients.size, clients.named('a')]).toEqual([1, [second]]);
  expect([clients.get('a', 'a#1'), clients.get('a', 'a#2')]).toEqual([undefined, second]);
  clients.delete(second);
  expect([clients.size, clients.named('a')]).toEqual([0, []]);
});
