import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createManualClock } from './clock.ts';
import { sleep, within } from './deadline.ts';

const never = new Promise<never>(() => {});

test('a promise that settles in time settles the wait', async () => {
  await expect(within(Promise.resolve(7), { timeoutMs: 10 }, createManualClock())).resolves.toBe(7);
  await expect(
    within(Promise.reject(new Error('no')), { timeoutMs: 10 }, createManualClock()),
  ).rejects.toThrow('no');
  await expect(within(Promise.resolve(7), {})).resolves.toBe(7);
});

test('the deadline ends the wait with a retryable code', async () => {
  const clock = createManualClock();
  const wait = within(never, { timeoutMs: 10 }, clock);
  clock.advance(10);
  await expect(wait).rejects.toMatchObject({ code: 'BASE_TIMEOUT', retryable: true });
});

test('an abort rethrows the signal’s reason, before or during the wait', async () => {
  const reason = new Error('gone');
  const answered = Promise.resolve(7);
  await expect(within(answered, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  const wait = within(never, { signal: controller.signal });
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  controller.abort(reason);
  await expect(wait).rejects.toBe(reason);
});

test('a settled wait leaves no timer behind, and no listener at a signal that lives on', async () => {
  const clock = createManualClock();
  const { signal } = new AbortController();
  const wait = within(Promise.resolve(), { timeoutMs: 10, signal }, clock);
  expect([getEventListeners(signal, 'abort').length, clock.pending]).toEqual([1, 1]);
  await wait;
  expect([getEventListeners(signal, 'abort').length, clock.pending]).toEqual([0, 0]);
});

test('the late rejection of what was given up is not unhandled', async () => {
  const late = Promise.reject(new Error('late'));
  await expect(within(late, { signal: AbortSignal.abort(new Error('early')) })).rejects.toThrow('early');
  await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail the run here
});

test('sleep ends when its time comes, or with the signal’s reason and no timer left', async () => {
  const clock = createManualClock();
  const asleep = sleep(10, { clock });
  clock.advance(10);
  await asleep;
  const controller = new AbortController();
  const woken = sleep(10, { clock, signal: controller.signal });
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  controller.abort(new Error('up'));
  await expect(woken).rejects.toThrow('up');
  expect(clock.pending).toBe(0);
});
