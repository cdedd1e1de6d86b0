import { expect, it } from 'vitest';
import { Client } from './client.ts';
import type { LeaseReport } from './messages.ts';
import { rebalance } from './rebalance.ts';
import { Reservations } from './reservations.ts';

/** A client with its share: `keep` and `low` are its target where nothing else is said. */
interface Part {
  readonly floor?: number;
  readonly held?: number;
  readonly granted?: number;
  readonly target: number;
  readonly low?: number;
  readonly keep?: number;
  readonly waitMs?: number;
}

/** Rebalances clients that have what they are said to have, and answers what is granted and held, and who is notified. */
function balanced(budget: number, parts: Readonly<Record<string, Part>>, demand = 0) {
  const reservations = new Reservations(budget);
  const shares = Object.entries(parts).map(([name, part]) => {
    const { floor = 0, granted = 0, held = granted, target, low = target, keep = target, waitMs = 0 } = part;
    const client = new Client({ name, incarnation: `${name}#1`, floor }, 'member', Infinity);
    reservations.observe(client, held);
    client.granted = granted;
    client.report = { longestWaitMs: waitMs } as LeaseReport;
    return { client, target, low, keep };
  });
  const changed: string[] = [];
  const { free } = reservations;
  rebalance({ reservations, shares, free, demand, onChange: ({ name }) => changed.push(name) });
  const of = (key: 'granted' | 'held') =>
    Object.fromEntries(shares.map(({ client }) => [client.name, client[key]]));
  return { granted: of('granted'), held: of('held'), changed };
}

it('cuts no more than is short, of the one with the largest surplus first, and notifies no other', () => {
  const { granted, changed } = balanced(10, {
    a: { granted: 3, target: 1 },
    c: { granted: 7, target: 1 },
    b: { target: 3 },
  });
  expect(granted).toEqual({ a: 3, c: 4, b: 0 });
  expect(changed).toEqual(['c']);
});

it('does not cut again for what is being closed already', () => {
  const { granted, changed } = balanced(10, {
    a: { held: 10, granted: 6, target: 2 },
    b: { target: 4 },
  });
  expect([granted, changed]).toEqual([{ a: 6, b: 0 }, []]);
});

it('cuts nobody for one that has its low mark, though that is below its target', () => {
  const { granted } = balanced(10, {
    a: { granted: 7, target: 2 },
    b: { granted: 3, low: 2, target: 6 },
  });
  expect(granted).toEqual({ a: 7, b: 3 });
});

it('cuts nobody for a floor, which is reserved, nor anybody below its own', () => {
  const { granted } = balanced(10, {
    a: { granted: 8, target: 0 },
    b: { floor: 2, target: 4 },
  });
  expect(granted).toEqual({ a: 6, b: 2 });
  const deep = balanced(10, {
    a: { floor: 5, granted: 10, target: 2 },
    b: { target: 9 },
  });
  expect(deep.granted).toEqual({ a: 5, b: 0 });
});

it('raises within what is free, less what others wait for, and holds it before it is granted', () => {
  const { granted, held, changed } = balanced(10, { a: { granted: 5, target: 9 } }, 3);
  expect([granted, held, changed]).toEqual([{ a: 7 }, { a: 7 }, ['a']]);
});

it('raises first the one below its low mark that has waited longest', () => {
  const { granted, changed } = balanced(6, {
    x: { target: 4, low: 0, waitMs: 100 },
    y: { target: 4, waitMs: 10 },
    z: { target: 4, waitMs: 50 },
  });
  expect([granted, changed]).toEqual([{ x: 0, y: 2, z: 4 }, ['z', 'y']]);
});

it('notifies nobody for whom nothing is free', () => {
  const { granted, changed } = balanced(4, { a: { granted: 4, target: 4 }, b: { target: 4, low: 0 } });
  expect([granted, changed]).toEqual([{ a: 4, b: 0 }, []]);
});

it('gives again what was not given up yet, at no cost, though more is held than there is', () => {
  const { granted, held } = balanced(4, { a: { granted: 2, held: 7, target: 5 } });
  expect([granted, held]).toEqual([{ a: 5 }, { a: 7 }]);
});

it('frees nothing for the next by what it gives again', () => {
  const { granted, held } = balanced(6, {
    a: { granted: 1, held: 5, target: 3, waitMs: 9 },
    b: { target: 4 },
    c: { target: 4 },
  });
  expect(granted).toEqual({ a: 3, b: 1, c: 0 });
  expect(held).toEqual({ a: 5, b: 1, c: 0 });
});
