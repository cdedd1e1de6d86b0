import { describe, expect, test } from 'vitest';
import { createFixture, createLateClock, settled } from './fake-database.ts';

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
    const lateClock = createLateClock();
    const { pool, database, ask } = createFixture({ clock: lateClock, limits: { min: 0, max: 0 } });
    pool.setLimits({ min: 0, max: 2, expires: { atMs: 100, next: { min: 0, max: 1 } } });
    const held = await pool.acquire();
    lateClock.nowMs = 100;
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
    const lateClock = createLateClock();
    const { pool, database, take } = createFixture({ clock: lateClock, limits: { min: 0, max: 0 } });
    pool.setLimits({ min: 0, max: 2, expires: { atMs: 100, next: { min: 0, max: 1 } } });
    const held = await take(2);
    lateClock.nowMs = 100;
    held[0]!.release();
    await settled();
    expect([...database.sessions.keys()]).toEqual([1]);
  });

  test('leased limits end before another connection is opened', async () => {
    const lateClock = createLateClock();
    const { pool, database, ask, take } = createFixture({ clock: lateClock, limits: { min: 0, max: 0 } });
    pool.setLimits({ min: 0, max: 1, expires: { atMs: 100, next: { min: 0, max: 0 } } });
    const [held] = await take(1);
    ask();
    lateClock.nowMs = 100;
    held!.destroy();
    await settled();
    expect(database.attempted).toBe(1);
    expect(pool.stats()).toMatchObject({ total: 0, queued: 1, max: 0 });
  });

  test('reading says that leased limits are over, and changes nothing', async () => {
    const lateClock = createLateClock();
    const { pool, ask, take } = createFixture({ clock: lateClock, limits: { min: 0, max: 0 } });
    pool.setLimits({ min: 0, max: 2, expires: { atMs: 100, next: { min: 0, max: 0 } } });
    const [first, second] = await take(2);
    first!.release();
    let changes = 0;
    pool.onChange(() => changes++);
    lateClock.nowMs = 100;
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
