import { describe, expect, test } from 'vitest';
import { createFixture, createLateClock, settled } from './fake-database.ts';

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
    const lateClock = createLateClock();
    const { pool, take } = createFixture({ clock: lateClock, maxLifeMs: 1_000, lifeJitter: 0 });
    (await take(1))[0]!.release();
    lateClock.nowMs = 1_000;
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
