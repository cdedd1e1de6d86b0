import { expect, it } from 'vitest';
import { Inactivity } from './inactivity.ts';
import type { ResolvedPoolOptions } from './options.ts';
import { Queue } from './queue.ts';
import type { Slot } from './slot.ts';
import type { PoolStatistics } from './statistics.ts';

function scene() {
  const events: string[] = [];
  const statistics = { inactive: () => void events.push('counted') } as unknown as PoolStatistics;
  const options = { name: 'orders', inactiveAfterMs: 100, reclaimsInactive: true };
  const inactivity = new Inactivity<object>(options as ResolvedPoolOptions<object>, statistics);
  return { events, inactivity };
}

it('says how long a connection was not used, also when it looks late, and takes it back before that is told', () => {
  const { events, inactivity } = scene();
  const borrowed = new Queue<Slot<object>>();
  borrowed.push({ since: 10, dueAt: 150, borrowed: { taken: { stack: 'here' } } } as unknown as Slot<object>);
  const reports = inactivity.find(borrowed, 190, () => void events.push('reclaimed'));
  expect(reports).toEqual([
    { pool: 'orders', lentMs: 180, inactiveMs: 140, stack: 'here', isReclaimed: true },
  ]);
  expect(events).toEqual(['reclaimed', 'counted']);
});

it('says where acquire was called, and nothing of the pool', () => {
  const { inactivity } = scene();
  const acquire = () => inactivity.place(acquire);
  function caller() {
    return acquire();
  }
  expect(caller()!.stack!.split('\n')[1]).toContain('caller');
});
