import { expect, test } from 'vitest';
import { Alarm } from './alarm.ts';
import { createManualClock } from './clock.ts';

function create() {
  const clock = createManualClock();
  const set: { delayMs: number; unref: boolean | undefined }[] = [];
  const rings: number[] = [];
  const watched = {
    ...clock,
    after(delayMs: number, callback: () => void, options?: { readonly unref?: boolean }) {
      set.push({ delayMs, unref: options?.unref });
      return clock.after(delayMs, callback, options);
    },
  };
  const alarm = new Alarm(watched, () => void rings.push(clock.monotonic()));
  return { alarm, clock, set, rings };
}

test('it rings once, at the earliest moment that was asked for', () => {
  const { alarm, clock, set, rings } = create();
  alarm.by(100);
  alarm.by(300);
  alarm.by(50);
  expect(clock.pending).toBe(1);
  clock.advance(1_000);
  expect(rings).toEqual([50]);
  expect(set).toHaveLength(2);
  alarm.by(1_200);
  clock.advance(1_000);
  expect(rings).toEqual([50, 1_200]);
});

test('it keeps the process alive from when that was asked for until it rings', () => {
  const { alarm, clock, set } = create();
  alarm.by(100);
  alarm.by(500, true);
  alarm.by(600, true);
  alarm.by(50);
  expect(set).toEqual([
    { delayMs: 100, unref: true },
    { delayMs: 100, unref: false },
    { delayMs: 50, unref: false },
  ]);
  clock.advance(50);
  alarm.by(200);
  expect(set.at(-1)).toEqual({ delayMs: 150, unref: true });
});

test('a moment that has passed is now; one that was cancelled never comes', () => {
  const { alarm, clock, set, rings } = create();
  clock.advance(10);
  alarm.by(5);
  expect(set).toEqual([{ delayMs: 0, unref: true }]);
  alarm.cancel();
  clock.advance(100);
  expect(rings).toEqual([]);
});
