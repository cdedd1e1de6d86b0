import { expect, it } from 'vitest';
import { type LoadSeen, TotalLimit } from './total-limit.ts';

/** A database whose queries take `serviceMs(inUse)`; everyone wants more than there is. */
function load(total: TotalLimit, serviceMs: (inUse: number) => number, seconds: number, starving = 1): void {
  for (let tick = 0; tick < seconds * 4; tick++) {
    now += 250;
    const inUse = Math.round(total.total * (starving > 0.5 ? 1 : 0.5));
    completed += 100;
    spentMs += 100 * serviceMs(inUse);
    total.see({ completed, serviceMs: spentMs, inUse, starving } satisfies LoadSeen, now);
  }
}
let now = 0;
let completed = 0;
let spentMs = 0;

it('grows to the most that there is while queries take no longer for it', () => {
  const total = new TotalLimit(20, 100);
  load(total, () => 10, 10);
  expect(total.total).toBe(100);
});

it('stops where queries begin to take longer', () => {
  const total = new TotalLimit(20, 100);
  // Forty at a time are served; more only wait for one another.
  load(total, (inUse) => 10 * Math.max(1, inUse / 40), 60);
  expect(total.total).toBeGreaterThan(35);
  expect(total.total).toBeLessThan(65);
});

it('does not grow where queries take longer at once', () => {
  const total = new TotalLimit(20, 100);
  load(total, (inUse) => inUse, 60);
  expect(total.total).toBeLessThan(35);
});

it('comes back when few starve', () => {
  const total = new TotalLimit(20, 100);
  load(total, () => 10, 10);
  load(total, () => 10, 60, 0);
  expect(total.total).toBe(20);
});

/** Looks at the load again: `done` queries since the last time, each of which took `meanMs`. Answers the total. */
function looking(total: TotalLimit) {
  const seen = { completed: 0, serviceMs: 0 };
  let nowMs = 0;
  return ({ meanMs = 10, done = 100, inUse = total.total, starving = 1, afterMs = 250 } = {}) => {
    seen.completed += done;
    seen.serviceMs += done * meanMs;
    nowMs += afterMs;
    total.see({ ...seen, inUse, starving }, nowMs);
    return total.total;
  };
}

it('changes every 250 ms, by a sixteenth and at least by one', () => {
  const look = looking(new TotalLimit(4, 100));
  expect([look(), look({ afterMs: 249 }), look({ afterMs: 1 })]).toEqual([5, 5, 6]);
  expect(looking(new TotalLimit(32, 100))()).toBe(34);
});

it('does not grow for the mean of fewer than five queries', () => {
  const look = looking(new TotalLimit(16, 100));
  expect([look({ done: 4 }), look({ done: 5 })]).toEqual([16, 17]);
});

it('grows where half of the clients starve and nine tenths are in use, and not for less', () => {
  const look = looking(new TotalLimit(20, 100));
  expect([look({ starving: 0.49 }), look({ inUse: 17 })]).toEqual([20, 20]);
  expect([look({ inUse: 18 }), look({ starving: 0.5 })]).toEqual([21, 22]);
});

it('shrinks in the fourth look in a row in which few starve', () => {
  const look = looking(new TotalLimit(16, 100));
  for (let i = 0; i < 4; i++) look({ starving: 0.5 });
  const calm = () => look({ starving: 0 });
  expect([calm(), calm(), calm()]).toEqual([20, 20, 20]);
  expect(look({ inUse: 0 })).toBe(20);
  expect([calm(), calm(), calm(), calm()]).toEqual([20, 20, 20, 19]);
});

it('grows while queries take a quarter longer, and gives a tenth up when they take more than 1.6 times as long', () => {
  const look = looking(new TotalLimit(16, 100));
  for (let i = 0; i < 3; i++) look();
  expect([look({ meanMs: 12.5 }), look({ meanMs: 12.6 }), look({ meanMs: 16 })]).toEqual([20, 20, 20]);
  expect(look({ meanMs: 16.1 })).toBe(18);
});

it('forgets slowly how fast queries were, and only by what they take with the comfortable number', () => {
  const look = looking(new TotalLimit(16, 100));
  expect([look({ starving: 0 }), look({ meanMs: 20 })]).toEqual([16, 16]);
  expect(look({ meanMs: 12.6 })).toBe(17);
});
