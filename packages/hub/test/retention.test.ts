import { setImmediate } from 'node:timers/promises';
import { createManualClock } from '@inkwire/base';
import { createMemoryReadings } from '@inkwire/readings';
import { expect, it, onTestFinished } from 'vitest';
import { newReading } from '../../readings/test/contract.ts';
import { createHub, createRetention, retentionMetrics } from '../src/index.ts';
import { createFakeReader } from './fake-reader.ts';
import { serveHub } from './served-hub.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 5, 1);

/** A hub on a clock that the test moves, and sets. */
function createStage() {
  const manual = createManualClock(start);
  let offset = 0;
  const clock = { ...manual, now: () => manual.now() + offset };
  const readings = createMemoryReadings({ clock });
  const hub = createHub({ reader: createFakeReader(), readings, clock });
  const errors: unknown[] = [];
  const begin = (keepMs = 10 * day) => {
    const retention = createRetention(hub, { keepMs, clock, onError: (error) => errors.push(error) });
    onTestFinished(() => retention.close());
    return retention;
  };
  return {
    readings,
    hub,
    errors,
    begin,
    jump: (ms: number) => {
      offset += ms;
    },
    /** Lets time pass, and what is due end. */
    pass: async (ms: number) => {
      manual.advance(ms);
      for (let i = 0; i < 20; i++) await setImmediate();
    },
    keep: (count: number) => Promise.all(Array.from({ length: count }, () => readings.keep(newReading('1')))),
  };
}

it('removes what is too old, a few at a time, and tells the listeners', async () => {
  const { readings, hub, begin, pass, keep } = createStage();
  await keep(70);
  await pass(day);
  await keep(5);
  const removed: string[] = [];
  hub.onReading(({ kind, reading }) => removed.push(`${kind} ${reading.id}`));
  const retention = begin();
  await pass(9 * day - 30_000);
  expect(await readings.count()).toBe(75);
  await pass(60_001);
  expect(await readings.count()).toBe(43);
  await pass(100);
  expect(await readings.count()).toBe(11);
  await pass(100);
  expect(await readings.count()).toBe(5);
  expect(removed.every((event) => event.startsWith('removed '))).toBe(true);
  expect(new Set(removed).size).toBe(70);
  expect(retention.counts).toEqual({ removed: 70, failed: 0 });
  await pass(day);
  await pass(60_000);
  expect(await readings.count()).toBe(0);
});

it('removes nothing once it is closed, and waits for the step under way', async () => {
  const { readings, begin, pass, keep } = createStage();
  await keep(40);
  await pass(20 * day);
  const retention = begin();
  await retention.close();
  await pass(day);
  expect(await readings.count()).toBe(40);
});

it('tries again after a failure, which is counted', async () => {
  const { readings, hub, errors, begin, pass, keep } = createStage();
  await keep(1);
  await pass(20 * day);
  const failure = new Error('away');
  const list = hub.readings.list;
  hub.readings.list = async () => Promise.reject(failure);
  const retention = begin();
  await pass(0);
  expect(errors).toEqual([failure]);
  expect(retention.counts).toEqual({ removed: 0, failed: 1 });
  hub.readings.list = list;
  await pass(60_000);
  expect(await readings.count()).toBe(0);
});

it('removes nothing for a day after the clock has jumped forward', async () => {
  const { readings, errors, begin, jump, pass, keep } = createStage();
  begin();
  await pass(0);
  await keep(1);
  jump(365 * day);
  await pass(60_000);
  await pass(day - 60_001);
  expect(errors).toMatchObject([{ code: 'HUB_CLOCK_JUMPED' }]);
  expect(await readings.count()).toBe(1);
  await pass(60_001);
  expect(await readings.count()).toBe(0);
  jump(-365 * day);
  await pass(60_000);
  expect(errors.length).toBe(1);
});

it('refuses an age of less than a minute', () => {
  expect(() => createStage().begin(59_999)).toThrow(RangeError);
});

it('is counted in the metrics', async () => {
  const counts = { removed: 7, failed: 2 };
  const counted = { counts, close: async () => {}, [Symbol.asyncDispose]: async () => {} };
  const { fetch } = await serveHub({}, { more: [retentionMetrics(counted)] });
  const text = await (await fetch('/metrics')).text();
  expect(text).toContain('\ninkwire_readings_expired_total 7\n');
  expect(text).toContain('\ninkwire_retention_failures_total 2\n');
});
