import { describe, expect, test } from 'vitest';
import { codeOf, createFixture, settled, thrownCode } from './fake-database.ts';

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
    const { clock, ask, take, pool } = createFixture({
      limits: { min: 0, max: 1 },
      clock: lateClock(),
    });
    const [held] = await take(1);
    const [late, next] = [ask({ timeoutMs: 50 }), ask({ timeoutMs: 500 })];
    passed += 60;
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

let passed = 0;
/** A clock whose timers never ring. */
function lateClock() {
  passed = 0;
  const nothing = () => {};
  return {
    now: () => passed,
    monotonic: () => passed,
    after: () => ({ cancel: nothing, [Symbol.dispose]: nothing }),
  };
}

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

describe('limits', () => {
  test('above the maximum a connection is closed on release, even when others wait', async () => {
    const { pool, database, ask, take } = createFixture({ limits: { min: 0, max: 3 } });
    const held = await take(3);
    const waiting = ask();
    pool.setLimits({ min: 0, max: 1 });
    held[0]!.release();
    held[1]!.release();
    await settled();
    expect(waiting.id).toBeUndefined();
    expect([...database.sessions.keys()]).toEqual([2]);
    held[2]!.release();
    await settled();
    expect(waiting.id).toBe(2);
  });

  test('idle connections above the maximum are closed at once, the longest idle first', async () => {
    const { pool, database, take } = createFixture({ limits: { min: 0, max: 3 } });
    const held = await take(3);
    for (const lease of [held[1], held[0], held[2]]) lease!.release();
    pool.setLimits({ min: 0, max: 1 });
    await settled();
    expect([...database.sessions.keys()]).toEqual([2]);
  });

  test('nothing is opened in place of a connection before its close has really finished', async () => {
    const { pool, database, ask, take } = createFixture({ limits: { min: 0, max: 1 } });
    const [held] = await take(1);
    database.closes = 'when told';
    held!.destroy();
    const waiting = ask();
    await settled();
    expect(pool.stats()).toMatchObject({ total: 1, closing: 1, opening: 0 });
    database.closings[0]!.finish();
    await settled();
    expect(waiting.id).toBe(1);
    expect(database.mostSessions).toBe(1);
  });

  test('attempts above the maximum are given up, and what they still bring is ended unused', async () => {
    const { pool, database, ask } = createFixture({ limits: { min: 0, max: 2 } });
    database.opens = 'when told';
    const waiting = [ask(), ask()];
    pool.setLimits({ min: 0, max: 1 });
    expect(database.attempts.map(({ signal }) => signal.aborted)).toEqual([false, true]);
    expect(pool.stats()).toMatchObject({ total: 2, opening: 1, closing: 1 });
    database.attempts[1]!.succeed();
    await settled();
    expect(database.sessions.size).toBe(0);
    database.attempts[0]!.succeed();
    await settled();
    expect(waiting.map(({ id }) => id)).toEqual([1, undefined]);
    expect(pool.stats()).toMatchObject({ total: 1, failures: 0 });
  });

  test('a maximum of 0 lends nothing, and the next limits everything again', async () => {
    const { pool, database, ask } = createFixture({ limits: { min: 0, max: 0 } });
    const waiting = ask();
    await settled();
    expect(database.attempted).toBe(0);
    pool.setLimits({ min: 0, max: 1 });
    await settled();
    expect(waiting.id).toBe(0);
  });

  test('the minimum is opened without being asked for, and kept', async () => {
    const { pool, clock, take } = createFixture({ limits: { min: 2, max: 4 }, idleTimeoutMs: 1_000 });
    await settled();
    expect(pool.stats()).toMatchObject({ idle: 2, opened: 2 });
    for (const lease of await take(4)) lease.release();
    clock.advance(1_000);
    await settled();
    expect(pool.stats()).toMatchObject({ idle: 2, closed: 2 });
    pool.setLimits({ min: 3, max: 4 });
    await settled();
    expect(pool.stats()).toMatchObject({ idle: 3 });
    clock.advance(5_000);
    pool.setLimits({ min: 0, max: 4 });
    await settled();
    expect(pool.stats()).toMatchObject({ idle: 0, total: 0 });
  });

  test('leased limits end inside acquire, without a timer', async () => {
    const { pool, database, ask } = createFixture({ clock: lateClock(), limits: { min: 0, max: 0 } });
    pool.setLimits({ min: 0, max: 2, expires: { atMs: 100, next: { min: 0, max: 1 } } });
    const held = await pool.acquire();
    passed = 100;
    const waiting = ask();
    await settled();
    expect(waiting.id).toBeUndefined();
    expect(pool.limits).toEqual({ min: 0, max: 1 });
    held.release();
    await settled();
    expect(waiting.id).toBe(0);
    expect(database.attempted).toBe(1);
  });

  test('leased limits end inside release', async () => {
    const { pool, database, take } = createFixture({ clock: lateClock(), limits: { min: 0, max: 0 } });
    pool.setLimits({ min: 0, max: 2, expires: { atMs: 100, next: { min: 0, max: 1 } } });
    const held = await take(2);
    passed = 100;
    held[0]!.release();
    await settled();
    expect([...database.sessions.keys()]).toEqual([1]);
  });

  test('leased limits end before another connection is opened', async () => {
    const { pool, database, ask, take } = createFixture({ clock: lateClock(), limits: { min: 0, max: 0 } });
    pool.setLimits({ min: 0, max: 1, expires: { atMs: 100, next: { min: 0, max: 0 } } });
    const [held] = await take(1);
    ask();
    passed = 100;
    held!.destroy();
    await settled();
    expect(database.attempted).toBe(1);
    expect(pool.stats()).toMatchObject({ total: 0, queued: 1, max: 0 });
  });

  test('reading says that leased limits are over, and changes nothing', async () => {
    const { pool, ask, take } = createFixture({ clock: lateClock(), limits: { min: 0, max: 0 } });
    pool.setLimits({ min: 0, max: 2, expires: { atMs: 100, next: { min: 0, max: 0 } } });
    const [first, second] = await take(2);
    first!.release();
    let changes = 0;
    pool.onChange(() => changes++);
    passed = 100;
    expect(pool.stats()).toMatchObject({ max: 0, inUse: 1, idle: 1, closing: 0 });
    expect(pool.limits).toEqual({ min: 0, max: 0 });
    expect(pool.stats()).toMatchObject({ idle: 1, closing: 0 });
    expect(changes).toBe(0);
    // What acts upon them ends them.
    const waiting = ask();
    expect(pool.stats()).toMatchObject({ inUse: 1, idle: 0, closing: 1, queued: 1 });
    second!.release();
    await settled();
    expect(waiting.id).toBeUndefined();
  });

  test('idle connections are closed when leased limits end, by a timer', async () => {
    const { pool, database, clock, take } = createFixture({ limits: { min: 0, max: 0 } });
    pool.setLimits({ min: 0, max: 2, expires: { atMs: 100, next: { min: 0, max: 1 } } });
    for (const lease of await take(2)) lease.release();
    clock.advance(99);
    expect(pool.stats().closing).toBe(0);
    clock.advance(1);
    await settled();
    expect(database.sessions.size).toBe(1);
  });

  test('limits that are over already open nothing', async () => {
    const { pool, database, clock } = createFixture();
    clock.advance(10);
    pool.setLimits({ min: 5, max: 5, expires: { atMs: 10, next: { min: 0, max: 1 } } });
    expect(pool.limits).toEqual({ min: 0, max: 1 });
    expect(database.attempted).toBe(0);
  });

  test('later limits without an end take the end away', async () => {
    const { pool, clock } = createFixture();
    pool.setLimits({ min: 0, max: 2, expires: { atMs: 10, next: { min: 0, max: 0 } } });
    pool.setLimits({ min: 0, max: 2 });
    clock.advance(100);
    expect(pool.limits.max).toBe(2);
  });

  test('limits that contradict themselves are refused by name', () => {
    const { pool } = createFixture();
    expect(() => pool.setLimits({ min: 2, max: 1 })).toThrow(
      'Expected `limits.min` to be an integer from 0 to 1, got `2`',
    );
    expect(() => pool.setLimits({ min: 0, max: -1 })).toThrow(RangeError);
    expect(() => pool.setLimits({ min: 0, max: 1.5 })).toThrow(RangeError);
    expect(() =>
      pool.setLimits({ min: 0, max: 1, expires: { atMs: Number.NaN, next: { min: 0, max: 0 } } }),
    ).toThrow('limits.expires.atMs');
    expect(() => pool.setLimits({ min: 0, max: 1, expires: { atMs: 1, next: { min: 0, max: -1 } } })).toThrow(
      'limits.expires.next.max',
    );
    expect(pool.limits).toEqual({ min: 0, max: 10 });
  });
});

describe('the life of connections', () => {
  test('what rests too long is closed', async () => {
    const { pool, clock, take } = createFixture({ idleTimeoutMs: 1_000 });
    const held = await take(2);
    held[0]!.release();
    clock.advance(600);
    held[1]!.release();
    clock.advance(400);
    await settled();
    expect(pool.stats()).toMatchObject({ idle: 1, closed: 1 });
    clock.advance(600);
    await settled();
    expect(pool.stats()).toMatchObject({ idle: 0, closed: 2 });
  });

  test('one that is too old is closed instead of being lent or rested, and a new one is opened', async () => {
    const { pool, clock, ask, take } = createFixture({
      maxLifeMs: 1_000,
      lifeJitter: 0,
      limits: { min: 0, max: 1 },
    });
    const [held] = await take(1);
    clock.advance(1_000);
    const waiting = ask();
    held!.release();
    await settled();
    expect(waiting.id).toBe(1);
    waiting.lease!.release();
    clock.advance(1_000);
    await settled();
    expect(pool.stats()).toMatchObject({ total: 0, opened: 2, closed: 2 });
  });

  test('one that is too old is not made ready for the next', async () => {
    let resets = 0;
    const { pool, clock, take } = createFixture({
      maxLifeMs: 1_000,
      lifeJitter: 0,
      reset: () => ++resets > 0,
    });
    const [held] = await take(1);
    clock.advance(1_000);
    held!.release();
    expect(pool.stats()).toMatchObject({ closing: 1, inUse: 0 });
    expect(resets).toBe(0);
  });

  test('one that rests and is too old is not lent even when no timer rang', async () => {
    const { pool, take } = createFixture({ clock: lateClock(), maxLifeMs: 1_000, lifeJitter: 0 });
    (await take(1))[0]!.release();
    passed = 1_000;
    expect((await pool.acquire()).connection.id).toBe(1);
  });

  test('lives end apart from each other', async () => {
    const { pool, clock, take } = createFixture({
      maxLifeMs: 1_000,
      lifeJitter: 0.5,
      limits: { min: 0, max: 20 },
    });
    for (const lease of await take(20)) lease.release();
    clock.advance(499);
    await settled();
    expect(pool.stats().closed).toBe(0);
    clock.advance(251);
    await settled();
    expect(pool.stats().closed).toBeGreaterThan(3);
    expect(pool.stats().closed).toBeLessThan(17);
    clock.advance(250);
    await settled();
    expect(pool.stats().closed).toBe(20);
  });

  test('one that rested is checked before it is lent, one that was just used is not', async () => {
    const checked: number[] = [];
    const { pool, clock, take } = createFixture({
      checkAfterIdleMs: 500,
      check: ({ id }) => {
        checked.push(id);
        return id !== 0;
      },
    });
    (await take(1))[0]!.release();
    (await pool.acquire()).release();
    expect(checked).toEqual([]);
    clock.advance(500);
    const lease = await pool.acquire();
    expect(checked).toEqual([0]);
    expect(lease.connection.id).toBe(1);
    expect(pool.stats()).toMatchObject({ lost: 1, closed: 1 });
  });

  test('while one is being checked a waiter takes what is given back, and newcomers do not overtake', async () => {
    let pass = (_: boolean) => {};
    const { pool, clock, ask, take } = createFixture({
      checkAfterIdleMs: 500,
      check: () => new Promise<boolean>((resolve) => (pass = resolve)),
      limits: { min: 0, max: 2 },
    });
    const [first, second] = await take(2);
    first!.release();
    clock.advance(500);
    const waiting = [ask(), ask()];
    expect(pool.stats()).toMatchObject({ inUse: 2, idle: 0, queued: 2 });
    second!.release();
    await settled();
    expect(waiting.map(({ id }) => id)).toEqual([1, undefined]);
    pass(true);
    await settled();
    expect(waiting[1]!.id).toBe(0);
  });

  test('a check that throws or hangs costs the connection, not the waiter', async () => {
    for (const check of [() => Promise.reject(new Error('gone')), () => new Promise<boolean>(() => {})]) {
      const { pool, clock, ask, take } = createFixture({ checkAfterIdleMs: 0, checkTimeoutMs: 50, check });
      (await take(1))[0]!.release();
      clock.advance(1);
      const waiting = ask();
      await settled();
      clock.advance(50);
      await settled();
      expect(waiting.id).toBe(1);
      expect(pool.stats().lost).toBe(1);
    }
  });

  test('a reset decides whether a connection is lent again', async () => {
    const { pool, take } = createFixture({ reset: ({ id }) => id !== 0 });
    const held = await take(2);
    for (const lease of held) lease.release();
    await settled();
    expect(pool.stats()).toMatchObject({ idle: 1, lost: 1 });
    expect((await pool.acquire()).connection.id).toBe(1);
  });

  test('a reset that takes time keeps the connection until it is done', async () => {
    let pass = (_: boolean) => {};
    const reset = () => new Promise<boolean>((resolve) => (pass = resolve));
    const { pool, ask, take } = createFixture({ reset, limits: { min: 0, max: 1 } });
    (await take(1))[0]!.release();
    const waiting = ask();
    expect(pool.stats()).toMatchObject({ inUse: 1, queued: 1 });
    pass(true);
    await settled();
    expect(waiting.id).toBe(0);
  });

  test('a reset that throws, rejects or hangs costs the connection', async () => {
    const throws = () => {
      throw new Error('no');
    };
    for (const reset of [
      throws,
      () => Promise.reject(new Error('no')),
      () => new Promise<boolean>(() => {}),
    ]) {
      const { pool, clock, ask, take } = createFixture({
        reset,
        checkTimeoutMs: 50,
        limits: { min: 0, max: 1 },
      });
      (await take(1))[0]!.release();
      const waiting = ask();
      await settled();
      clock.advance(50);
      await settled();
      expect(waiting.id).toBe(1);
      expect(pool.stats().lost).toBe(1);
    }
  });

  test('one that ends by itself while it rests is removed, and the minimum restored', async () => {
    const { pool, database } = createFixture({ limits: { min: 1, max: 2 } });
    await settled();
    database.sessions.get(0)!.lost(new Error('reset by peer'));
    await settled();
    expect(pool.stats()).toMatchObject({ lost: 1, idle: 1, total: 1 });
    expect((await pool.acquire()).connection.id).toBe(1);
  });

  test('one that ends by itself while it is lent stays its holder’s and is not lent again', async () => {
    const { pool, database, take } = createFixture();
    const [held] = await take(1);
    database.sessions.get(0)!.lost();
    expect(held!.connection.id).toBe(0);
    held!.release();
    await settled();
    expect(pool.stats()).toMatchObject({ lost: 1, total: 0 });
  });

  test('a close that takes too long is hurried, and counts until it is done', async () => {
    const { pool, database, clock, take } = createFixture({
      closeTimeoutMs: 100,
      limits: { min: 0, max: 1 },
    });
    const [held] = await take(1);
    database.closes = 'when told';
    pool.setLimits({ min: 0, max: 0 });
    held!.release();
    clock.advance(100);
    expect(database.closings.map(({ how }) => how)).toEqual(['close', 'destroy']);
    expect(pool.stats().closing).toBe(1);
    database.closings[1]!.finish();
    await settled();
    expect(pool.stats()).toMatchObject({ closing: 0, total: 0, closed: 1 });
    database.closings[0]!.finish();
    await settled();
    expect(pool.stats()).toMatchObject({ total: 0, closed: 1 });
  });

  test('a close that fails is done at once instead, and then it is over', async () => {
    const { pool, database, take } = createFixture({ limits: { min: 0, max: 1 } });
    const [held] = await take(1);
    database.closes = 'when told';
    pool.setLimits({ min: 0, max: 0 });
    held!.release();
    database.closings[0]!.finish(new Error('no'));
    await settled();
    expect(database.closings).toMatchObject([{ how: 'destroy' }]);
    database.closings[0]!.finish(new Error('no'));
    await settled();
    expect(pool.stats()).toMatchObject({ total: 0, closed: 1 });
  });
});
