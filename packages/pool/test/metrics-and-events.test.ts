import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, test } from 'vitest';
import { createPool, renderPoolMetrics } from '../src/index.ts';
import { createFixture, settled } from './fake-database.ts';

describe('stats', () => {
  test('sum up what is there', async () => {
    const { pool, clock, database, ask, take } = createFixture({
      name: 'orders',
      limits: { min: 0, max: 3 },
    });
    const held = await take(2);
    clock.advance(5);
    held[0]!.release();
    database.opens = 'when told';
    ask();
    ask();
    clock.advance(7);
    expect(pool.stats()).toEqual({
      name: 'orders',
      min: 0,
      max: 3,
      total: 3,
      idle: 0,
      inUse: 2,
      opening: 1,
      closing: 0,
      queued: 1,
      longestWaitMs: 7,
      acquired: 3,
      released: 1,
      timeouts: 0,
      refused: 0,
      opened: 2,
      closed: 0,
      failures: 0,
      full: 0,
      lost: 0,
      inactive: 0,
      reclaimed: 0,
      waitMs: 0,
      serviceMs: 5,
    });
  });

  test('say what limits hold now, even if nothing else happened', () => {
    const { pool, clock } = createFixture();
    pool.setLimits({ min: 0, max: 5, expires: { atMs: 10, next: { min: 0, max: 1 } } });
    clock.advance(10);
    expect(pool.stats().max).toBe(1);
  });
});

describe('onChange', () => {
  test('is called at once when connections or need change, and everything is in order by then', async () => {
    const { pool, ask, take } = createFixture({ limits: { min: 0, max: 1 } });
    const told: string[] = [];
    using _subscription = pool.onChange(() => {
      const { opening, inUse, idle, queued } = pool.stats();
      told.push(`${opening} opening, ${inUse} in use, ${idle} idle, ${queued} queued`);
    });
    const [held] = await take(1);
    ask();
    held!.release();
    expect(told).toEqual([
      '1 opening, 0 in use, 0 idle, 1 queued',
      '0 opening, 1 in use, 0 idle, 0 queued',
      '0 opening, 1 in use, 0 idle, 1 queued',
      '0 opening, 1 in use, 0 idle, 0 queued',
    ]);
  });

  test('is not called after it was disposed of', async () => {
    const { pool } = createFixture();
    let calls = 0;
    pool.onChange(() => void calls++)[Symbol.dispose]();
    await pool.acquire();
    expect(calls).toBe(0);
  });

  test('whoever listens may call the pool: set limits, acquire, destroy', async () => {
    const { pool, ask, take } = createFixture({ limits: { min: 0, max: 4 } });
    const held = await take(2);
    let isFirst = true;
    using _subscription = pool.onChange(() => {
      if (!isFirst) return;
      isFirst = false;
      pool.setLimits({ min: 0, max: 1 });
      ask();
      void pool.destroy();
    });
    held[0]!.release();
    await settled();
    held[1]![Symbol.dispose]();
    expect(pool.stats()).toMatchObject({ total: 0, queued: 0, inUse: 0, idle: 0 });
  });
});

test('diagnostics channels tell what happens', async () => {
  const names = ['open', 'fail', 'close', 'acquire', 'release', 'refuse', 'limits'];
  const heard: [string, unknown][] = [];
  const subscriptions = names.map((name) => {
    const hear = (message: unknown) => void heard.push([name, message]);
    subscribe(`inkwire:pool:${name}`, hear);
    return () => unsubscribe(`inkwire:pool:${name}`, hear);
  });
  const { pool, database, clock, ask } = createFixture({ name: 'orders', maxQueued: 1, breakerAfter: 1 });
  database.opens = 'when told';
  const waiting = ask();
  await pool.acquire().catch(() => {});
  clock.advance(3);
  database.attempts[0]!.succeed();
  await settled();
  clock.advance(4);
  waiting.lease!.destroy();
  await settled();
  database.opens = 'never succeeds';
  ask();
  await settled();
  for (const stop of subscriptions) stop();
  expect(heard).toEqual([
    ['limits', { pool: 'orders', min: 0, max: 10 }],
    ['refuse', { pool: 'orders', error: expect.objectContaining({ code: 'POOL_QUEUE_FULL' }) }],
    ['open', { pool: 'orders', tookMs: 3 }],
    ['acquire', { pool: 'orders', waitedMs: 3 }],
    ['release', { pool: 'orders', usedMs: 4 }],
    ['close', { pool: 'orders' }],
    ['fail', { pool: 'orders', error: database.error, isFull: false }],
    ['refuse', { pool: 'orders', error: expect.objectContaining({ code: 'POOL_CONNECT_FAILED' }) }],
  ]);
});

test('metrics stand in Prometheus’ text by OpenTelemetry’s names', async () => {
  const { pool, clock, take } = createFixture({ name: 'the "orders"', limits: { min: 1, max: 4 } });
  const held = await take(2);
  clock.advance(30);
  held[0]!.release();
  const other = createPool({ name: 'other', open: async () => 1, close: () => {} });
  const text = renderPoolMetrics([pool, other]);
  const lines = text.split('\n');
  const name = 'db_client_connection_pool_name="the \\"orders\\""';
  for (const line of [
    `# TYPE db_client_connection_count gauge`,
    `db_client_connection_count{${name},db_client_connection_state="idle"} 1`,
    `db_client_connection_count{${name},db_client_connection_state="used"} 1`,
    `db_client_connection_idle_max{${name}} 4`,
    `db_client_connection_idle_min{${name}} 1`,
    `db_client_connection_max{${name}} 4`,
    `db_client_connection_pending_requests{${name}} 0`,
    `# TYPE db_client_connection_timeouts_total counter`,
    `db_client_connection_timeouts_total{${name}} 0`,
    `# TYPE db_client_connection_use_time_seconds histogram`,
    `db_client_connection_use_time_seconds_bucket{${name},le="0.01"} 0`,
    `db_client_connection_use_time_seconds_bucket{${name},le="0.05"} 1`,
    `db_client_connection_use_time_seconds_bucket{${name},le="+Inf"} 1`,
    `db_client_connection_use_time_seconds_sum{${name}} 0.03`,
    `db_client_connection_use_time_seconds_count{${name}} 1`,
    `db_client_connection_wait_time_seconds_count{${name}} 2`,
    `db_client_connection_create_time_seconds_count{${name}} 2`,
    `db_client_connection_max{db_client_connection_pool_name="other"} 10`,
  ])
    expect(lines).toContain(line);
  expect(text.endsWith('\n')).toBe(true);
  expect(lines.filter((line) => line.startsWith('# TYPE')).length).toBe(
    new Set(lines.filter((line) => line.startsWith('# TYPE'))).size,
  );
});

test('a duration longer than any bound is counted, in no bucket but +Inf', async () => {
  const { pool, clock, take } = createFixture();
  const [held] = await take(1);
  clock.advance(60_000);
  held!.release();
  const { use } = pool.timings();
  expect(use).toMatchObject({ count: 1, sumMs: 60_000 });
  expect(use.buckets.at(-1)).toEqual({ atMostMs: 10_000, count: 0 });
});
