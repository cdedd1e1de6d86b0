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
