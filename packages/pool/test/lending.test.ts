import { describe, expect, test } from 'vitest';
import { codeOf, createFixture, createLateClock, settled, thrownCode } from './fake-database.ts';

describe('lending', () => {
  test('an idle connection is lent at once, the one that came back last first', async () => {
    const { pool, take } = createFixture();
    const [first, second] = await take(2);
    const ids = [first!.connection.id, second!.connection.id];
    first!.release();
    second!.release();
    expect((await pool.acquire()).connection.id).toBe(ids[1]);
    expect((await pool.acquire()).connection.id).toBe(ids[0]);
    expect(pool.stats()).toMatchObject({ opened: 2, acquired: 4, inUse: 2, idle: 0 });
  });

  test('waiters are served in the order of their coming', async () => {
    const { pool, ask, take } = createFixture({ limits: { min: 0, max: 2 } });
    const [first, second] = await take(2);
    const waiting = [ask(), ask(), ask()];
    second!.release();
    first!.release();
    await settled();
    expect(waiting.map(({ id }) => id)).toEqual([1, 0, undefined]);
    waiting[0]!.lease!.release();
    await settled();
    expect(waiting[2]!.id).toBe(1);
    expect(pool.stats()).toMatchObject({ queued: 0, opened: 2 });
  });

  test('a waiter takes what is given back while its own connection opens, and that one rests then', async () => {
    const { pool, database, ask, take } = createFixture({ limits: { min: 0, max: 2 } });
    const [held] = await take(1);
    database.opens = 'when told';
    const waiting = ask();
    expect(pool.stats()).toMatchObject({ opening: 1, queued: 1 });
    held!.release();
    await settled();
    expect(waiting.id).toBe(0);
    database.attempts[0]!.succeed();
    await settled();
    expect(pool.stats()).toMatchObject({ idle: 1, inUse: 1, opening: 0 });
  });

  test('a waiter takes a new connection when that comes first', async () => {
    const { pool, ask, take } = createFixture({ limits: { min: 0, max: 2 } });
    await take(1);
    const waiting = ask();
    await settled();
    expect(waiting.id).toBe(1);
    expect(pool.stats().inUse).toBe(2);
  });

  test('whoever waits behind a reset that hangs is not made to wait for its end', async () => {
    const { pool, clock, ask, take } = createFixture({
      limits: { min: 0, max: 2 },
      checkTimeoutMs: 2_000,
      reset: () => new Promise<boolean>(() => {}),
    });
    const [lease] = await take(1);
    lease!.release();
    const waiting = ask();
    clock.advance(49);
    await settled();
    expect(pool.stats().opened).toBe(1);
    clock.advance(1);
    await settled();
    expect(waiting.id).toBe(1);
  });

  test('dead connections are not checked one behind the other', async () => {
    const { pool, database, clock, ask, take } = createFixture({
      limits: { min: 0, max: 4 },
      checkAfterIdleMs: 0,
      checkTimeoutMs: 2_000,
      check: () => new Promise<boolean>(() => {}),
    });
    for (const lease of await take(4)) lease.release();
    clock.advance(1);
    const waiting = ask();
    for (let ms = 0; ms < 2_000; ms += 50) clock.advance(50);
    await settled();
    expect(waiting.id).toBe(4);
    clock.advance(150);
    await settled();
    expect(pool.stats()).toMatchObject({ closed: 4, inUse: 1 });
    expect(database.sessions.size).toBe(1);
  });

  test('no more are opened than wait', async () => {
    const { database, ask } = createFixture();
    database.opens = 'when told';
    ask();
    ask();
    expect(database.attempts).toHaveLength(2);
  });

  test('the deadline is absolute, and told with a code and the state', async () => {
    const { pool, clock, ask, take } = createFixture({ limits: { min: 0, max: 1 } });
    await take(1);
    const waiting = ask({ timeoutMs: 100 });
    clock.advance(99);
    await settled();
    expect(waiting.error).toBeUndefined();
    expect(pool.stats()).toMatchObject({ queued: 1, longestWaitMs: 99 });
    clock.advance(1);
    await settled();
    expect(waiting.error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', retryable: true });
    expect(pool.stats()).toMatchObject({ queued: 0, timeouts: 1, longestWaitMs: 0 });
  });

  test('who is past the deadline is not served, even when the timer is late', async () => {
    const lateClock = createLateClock();
    const { clock, ask, take, pool } = createFixture({
      limits: { min: 0, max: 1 },
      clock: lateClock,
    });
    const [held] = await take(1);
    const [late, next] = [ask({ timeoutMs: 50 }), ask({ timeoutMs: 500 })];
    lateClock.nowMs += 60;
    held!.release();
    await settled();
    expect(late.error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
    expect(next.id).toBe(0);
    expect(clock.monotonic()).toBe(0);
    expect(pool.stats().timeouts).toBe(1);
  });

  test('with no time to wait there is an idle connection or none', async () => {
    const { pool, take } = createFixture({ limits: { min: 0, max: 1 } });
    const [held] = await take(1);
    expect(await codeOf(pool.acquire({ timeoutMs: 0 }))).toBe('POOL_ACQUIRE_TIMEOUT');
    held!.release();
    await pool.acquire({ timeoutMs: 0 });
  });

  test('deadlines of many lengths pass one after another', async () => {
    const { clock, ask, take } = createFixture({ limits: { min: 0, max: 1 } });
    await take(1);
    const waiting = [300, 100, 400, 200, 100].map((timeoutMs) => ask({ timeoutMs }));
    for (const passed of [100, 200, 300, 400]) {
      clock.advance(100);
      await settled();
      expect(waiting.map(({ error }) => error !== undefined)).toEqual(
        [300, 100, 400, 200, 100].map((timeoutMs) => timeoutMs <= passed),
      );
    }
  });

  test('an abort rethrows the reason, and the place in the queue is free', async () => {
    const { pool, ask, take } = createFixture({ limits: { min: 0, max: 1 } });
    const [held] = await take(1);
    const controller = new AbortController();
    const [aborted, next] = [ask({ signal: controller.signal }), ask()];
    controller.abort('enough');
    await settled();
    expect(aborted.error).toBe('enough');
    held!.release();
    await settled();
    expect(next.id).toBe(0);
    expect(pool.stats()).toMatchObject({ timeouts: 0, refused: 0 });
  });

  test('who is aborted beforehand is not served, and an abort after the service takes nothing away', async () => {
    const { pool } = createFixture();
    expect(await codeOf(pool.acquire({ signal: AbortSignal.abort('before') }))).toBe('before');
    const controller = new AbortController();
    const lease = await pool.acquire({ signal: controller.signal });
    controller.abort();
    expect(lease.connection.id).toBe(0);
  });

  test('the queue is bounded', async () => {
    const { pool, ask, take } = createFixture({ limits: { min: 0, max: 1 }, maxQueued: 2 });
    const [held] = await take(1);
    const waiting = [ask(), ask()];
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_QUEUE_FULL', retryable: true });
    held!.release();
    await settled();
    expect(waiting[0]!.id).toBe(0);
    expect(pool.stats()).toMatchObject({ queued: 1, refused: 1 });
  });

  test('use lends a connection until what the function returns has settled', async () => {
    const { pool } = createFixture();
    const id = await pool.use(async (connection) => {
      expect(pool.stats().inUse).toBe(1);
      await settled();
      return connection.id;
    });
    expect(id).toBe(0);
    await expect(pool.use(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(pool.stats()).toMatchObject({ inUse: 0, idle: 1 });
  });
});

describe('leases', () => {
  test('await using gives the connection back', async () => {
    const { pool } = createFixture();
    {
      await using lease = await pool.acquire();
      expect(lease.connection.id).toBe(0);
      expect(pool.stats().inUse).toBe(1);
    }
    {
      using lease = await pool.acquire();
      lease.release();
    }
    expect(pool.stats()).toMatchObject({ inUse: 0, idle: 1, released: 2 });
  });

  test('releasing twice and using after release are coded errors, and the next holder is not disturbed', async () => {
    const { pool } = createFixture({ limits: { min: 0, max: 1 } });
    const lease = await pool.acquire();
    lease.release();
    const next = await pool.acquire();
    for (const call of [
      () => lease.release(),
      () => lease.destroy(),
      () => lease.touch(),
      () => lease.connection,
    ])
      expect(thrownCode(call)).toBe('POOL_LEASE_RELEASED');
    lease[Symbol.dispose]();
    expect(next.connection.id).toBe(0);
    expect(pool.stats()).toMatchObject({ inUse: 1, released: 1 });
  });

  test('a destroyed lease’s connection is not lent again, and another is opened for who waits', async () => {
    const { database, ask, take } = createFixture({ limits: { min: 0, max: 1 } });
    const [held] = await take(1);
    const waiting = ask();
    database.closes = 'when told';
    const error = new Error('broken');
    held!.destroy(error);
    await settled();
    expect(database.closings).toMatchObject([{ id: 0, how: 'destroy', error }]);
    expect(waiting.id).toBeUndefined();
    database.closings[0]!.finish();
    await settled();
    expect(waiting.id).toBe(1);
  });
});
