import { expect, it } from 'vitest';
import { AcquireQueue } from './acquire-queue.ts';
import type { Connections } from './connections.ts';
import type { ResolvedPoolOptions } from './options.ts';
import type { PoolStatistics } from './statistics.ts';
import { Waiter } from './waiter.ts';

/** A queue in which some wait since 0, and how many stand in it each time that an error is counted. */
function scene(...timeoutsMs: readonly number[]) {
  const sizes: number[] = [];
  const count = () => void sizes.push(queue.size);
  const statistics = { refused: count, timedOut: count } as unknown as PoolStatistics;
  const options = { name: 'orders', maxQueued: 10 } as ResolvedPoolOptions<object>;
  const queue = new AcquireQueue<object>(options, statistics);
  const waiters = timeoutsMs.map((timeoutMs) => new Waiter<object>(0, timeoutMs, undefined));
  for (const waiter of waiters) queue.add(waiter);
  const errors = waiters.map(({ promise }) =>
    promise.then(
      () => undefined,
      (error: Error) => error,
    ),
  );
  return { queue, sizes, errors };
}

const none = { borrowed: { size: 1 }, opening: { size: 0 }, closing: { size: 0 } };

it('refuses everyone once all are out of it, each with an error of its own', async () => {
  const { queue, sizes, errors } = scene(10, 20);
  queue.refuseAll(() => new Error('the end'));
  const [first, second] = await Promise.all(errors);
  expect(first).toMatchObject({ message: 'the end' });
  expect(second).toMatchObject({ message: 'the end' });
  expect(second).not.toBe(first);
  expect(sizes).toEqual([0, 0]);
  expect(queue.deadline).toBe(Infinity);
});

it('refuses in the moment of the deadline, and says how many others wait', async () => {
  const { queue, sizes, errors } = scene(30, 10, 20);
  queue.timeOut(9.9, 1, none as Connections<object>, undefined);
  expect(queue.size).toBe(3);
  queue.timeOut(10, 1, none as Connections<object>, undefined);
  expect(sizes).toEqual([2]);
  expect(queue.deadline).toBe(20);
  expect(await errors[1]).toMatchObject({
    code: 'POOL_ACQUIRE_TIMEOUT',
    message: expect.stringContaining('1 are lent, 0 are being opened and 0 closed; 2 others wait'),
  });
});
