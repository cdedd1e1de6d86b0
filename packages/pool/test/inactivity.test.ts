import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test, vi } from 'vitest';
import type { InactiveReport } from '../src/index.ts';
import { createFixture, settled, thrownCode } from './fake-database.ts';

function watched(options: Parameters<typeof createFixture>[0] = {}) {
  const reports: InactiveReport[] = [];
  const onInactive = (report: InactiveReport) => void reports.push(report);
  return { reports, ...createFixture({ inactiveAfterMs: 100, onInactive, ...options }) };
}

test('a lent connection without activity is reported once, with the place where it was taken', async () => {
  const { reports, pool, clock } = watched({ name: 'orders' });
  async function takeAndForget() {
    return pool.acquire();
  }
  await takeAndForget();
  clock.advance(99);
  expect(reports).toEqual([]);
  clock.advance(1);
  expect(reports).toEqual([
    {
      pool: 'orders',
      lentMs: 100,
      inactiveMs: 100,
      isReclaimed: false,
      stack: expect.stringContaining('takeAndForget'),
    },
  ]);
  expect(reports[0]!.stack).toContain('inactivity.test.ts');
  clock.advance(1_000);
  expect(reports).toHaveLength(1);
  expect(pool.stats()).toMatchObject({ inactive: 1, reclaimed: 0, inUse: 1 });
});

test('who had to wait is reported with the place where he asked', async () => {
  const { reports, pool, clock, take } = watched({ limits: { min: 0, max: 1 } });
  const [held] = await take(1);
  async function waitAndForget() {
    return pool.acquire();
  }
  const waiting = waitAndForget();
  clock.advance(50);
  held!.release();
  await waiting;
  clock.advance(100);
  expect(reports[0]!.stack).toContain('waitAndForget');
  expect(reports[0]!.lentMs).toBe(100);
});

test('reading the connection, or a touch, is activity', async () => {
  const { reports, clock, take } = watched();
  const [held] = await take(1);
  clock.advance(60);
  held!.touch();
  clock.advance(60);
  held!.connection.id satisfies number;
  clock.advance(99);
  expect(reports).toEqual([]);
  clock.advance(1);
  expect(reports).toMatchObject([{ lentMs: 220, inactiveMs: 100 }]);
});

test('a connection at work is not inactive', async () => {
  let isWorking = true;
  const { reports, clock, take } = watched({ isBusy: () => isWorking });
  await take(1);
  clock.advance(1_000);
  expect(reports).toEqual([]);
  isWorking = false;
  clock.advance(100);
  expect(reports).toHaveLength(1);
});

test('if so set it is taken back: destroyed, never used again, and its holder told with a code', async () => {
  const { reports, pool, database, clock, ask, take } = watched({
    reclaimsInactive: true,
    limits: { min: 0, max: 1 },
  });
  const [held] = await take(1);
  const waiting = ask();
  clock.advance(100);
  await settled();
  expect(reports).toMatchObject([{ isReclaimed: true }]);
  expect(waiting.id).toBe(1);
  expect([...database.sessions.keys()]).toEqual([1]);
  expect(thrownCode(() => held!.connection)).toBe('POOL_LEASE_RECLAIMED');
  expect(thrownCode(() => held!.release())).toBe('POOL_LEASE_RECLAIMED');
  await held![Symbol.asyncDispose]();
  expect(pool.stats()).toMatchObject({ reclaimed: 1, inUse: 1, released: 1 });
});

test('what was given back in time is not reported, and no place is kept when nobody looks', async () => {
  const { reports, clock, take } = watched();
  (await take(1))[0]!.release();
  clock.advance(1_000);
  expect(reports).toEqual([]);
  const capture = vi.spyOn(Error, 'captureStackTrace');
  await createFixture().take(1);
  expect(capture).not.toHaveBeenCalled();
  capture.mockRestore();
});

test('by default the process warns; subscribers hear it as well', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const heard: unknown[] = [];
  const hear = (message: unknown) => void heard.push(message);
  subscribe('inkwire:pool:inactive', hear);
  const { clock, take } = createFixture({ inactiveAfterMs: 100, name: 'orders' });
  await take(1);
  clock.advance(100);
  unsubscribe('inkwire:pool:inactive', hear);
  expect(warned).toHaveBeenCalledWith(expect.stringContaining('orders'), 'InactiveLeaseWarning');
  expect(heard).toMatchObject([{ pool: 'orders', inactiveMs: 100 }]);
  warned.mockRestore();
});

test('whoever hears of it may throw: the pool goes on', async () => {
  const { pool, clock, ask, take } = createFixture({
    inactiveAfterMs: 100,
    limits: { min: 0, max: 1 },
    onInactive: () => {
      throw new Error('mine');
    },
  });
  await take(1);
  const waiting = ask({ timeoutMs: 200 });
  expect(() => clock.advance(100)).toThrow('mine');
  clock.advance(200);
  await settled();
  expect(waiting.error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
  expect(pool.stats().inactive).toBe(1);
});
