import { createRandom } from '@inkwire/base';
import { expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

it('runs events in order of time, then of setting, and none that was cancelled', async () => {
  const clock = new VirtualClock();
  const random = createRandom(1);
  const heard: number[] = [];
  const expected: number[] = [];
  for (let i = 0; i < 2_000; i++) {
    const atMs = random.below(100);
    const timer = clock.after(atMs, () => heard.push(atMs * 10_000 + i));
    if (random.below(3) === 0) timer.cancel();
    else expected.push(atMs * 10_000 + i);
  }
  await clock.run(100);
  expect(heard).toEqual(expected.sort((a, b) => a - b));
});

it('lets promises run to rest before time goes on, however long their chain', async () => {
  const clock = new VirtualClock();
  const heard: string[] = [];
  const chain = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve();
    await new Promise<void>((resolve) => clock.after(0, resolve));
    heard.push(`chain at ${clock.monotonic()}`);
  };
  clock.after(5, () => void chain());
  clock.after(5.001, () => heard.push('next'));
  await clock.run(10);
  expect(heard).toEqual(['chain at 5', 'next']);
  expect(clock.monotonic()).toBe(10);
});
