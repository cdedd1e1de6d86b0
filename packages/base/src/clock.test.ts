import { afterEach, expect, test, vi } from 'vitest';
import { createManualClock, systemClock } from './clock.ts';

test('a manual clock runs what falls due in order of time, then of setting', () => {
  const clock = createManualClock(1_000);
  const heard: string[] = [];
  const hear = (name: string) => () => heard.push(`${name}@${clock.monotonic()}`);
  clock.after(20, hear('late'));
  clock.after(10, hear('first'));
  clock.after(10, hear('second'));
  clock.advance(15);
  expect(heard).toEqual(['first@10', 'second@10']);
  clock.advance(5);
  expect(heard.at(-1)).toBe('late@20');
  expect(clock.now()).toBe(1_020);
});

test('a timer set by a timer runs in the same advance when it falls due in it', () => {
  const clock = createManualClock();
  let ticks = 0;
  const tick = () => {
    ticks++;
    clock.after(10, tick);
  };
  clock.after(10, tick);
  clock.advance(35);
  expect(ticks).toBe(3);
  expect(clock.pending).toBe(1);
});

test('a cancelled timer never runs, however it was cancelled', () => {
  const clock = createManualClock();
  const fail = () => expect.unreachable();
  clock.after(1, fail).cancel();
  {
    using _timer = clock.after(1, fail);
  }
  clock.advance(10);
  expect(clock.pending).toBe(0);
});

test('the machine’s clock goes forward and calls back', async () => {
  const before = systemClock.monotonic();
  await new Promise<void>((resolve) => systemClock.after(1, resolve, { unref: false }));
  expect(systemClock.monotonic()).toBeGreaterThan(before);
  systemClock.after(60_000, () => {}, { unref: true }).cancel();
});

test('a timer of the machine’s clock keeps the process alive unless it is unref’ed', () => {
  const holding = () => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
  const before = holding();
  const idle = systemClock.after(60_000, () => {}, { unref: true });
  expect(holding()).toBe(before);
  const held = systemClock.after(60_000, () => {});
  expect(holding()).toBe(before + 1);
  for (const timer of [idle, held]) timer.cancel();
});

afterEach(() => void vi.useRealTimers());

test('the machine’s clock keeps waits that are longer than a timer of the system', () => {
  vi.useFakeTimers();
  const days = (count: number) => count * 86_400_000;
  const heard: string[] = [];
  systemClock.after(days(60), () => heard.push('60 days'));
  systemClock.after(Number.POSITIVE_INFINITY, () => heard.push('never'));
  const cancelled = systemClock.after(days(60), () => heard.push('cancelled'));
  vi.advanceTimersByTime(days(59));
  expect(heard).toEqual([]);
  cancelled.cancel();
  vi.advanceTimersByTime(days(60));
  expect(heard).toEqual(['60 days']);
});
