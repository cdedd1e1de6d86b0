import { createRandom, type Random } from '@inkwire/base';
import { describe, expect, test } from 'vitest';
import { PoolError } from '../src/index.ts';
import { codeOf, createFixture, settled } from './fake-database.ts';

const once = { min: 0, max: 1 };

/** Chance that always draws the same. */
function drawing(next: number): Random {
  return { ...createRandom(1), next: () => next };
}

describe('connecting fails', () => {
  test('it is tried again after a growing wait with jitter, one attempt at a time', async () => {
    const { database, clock, ask } = createFixture({
      random: drawing(1),
      backoffInitialMs: 100,
    });
    database.opens = 'when told';
    for (let i = 0; i < 3; i++) ask();
    expect(database.attempts).toHaveLength(3);
    for (const attempt of [...database.attempts]) attempt.fail();
    await settled();
    for (const wait of [100, 200, 400]) {
      clock.advance(wait - 1);
      expect(database.attempts).toHaveLength(0);
      clock.advance(1);
      expect(database.attempts).toHaveLength(1);
      database.attempts[0]!.fail();
      await settled();
    }
  });

  test('where trying again is of no use whoever waits hears so at once, and by its own code', async () => {
    const { database, ask, pool } = createFixture();
    database.opens = 'never succeeds';
    database.error = new PoolError('POOL_FENCED', 'fenced');
    const fenced = ask();
    await settled();
    expect(fenced.error).toMatchObject({ code: 'POOL_FENCED', retryable: false, cause: database.error });
    expect(await codeOf(pool.acquire())).toBe('POOL_FENCED');
    expect(database.attempted).toBe(1);
  });

  test('what is of no use is told by the driver’s adapter', async () => {
    const { database, ask } = createFixture({ isPermanent: (error) => error === database.error });
    database.opens = 'never succeeds';
    const refused = ask();
    await settled();
    expect(refused.error).toMatchObject({ code: 'POOL_CONNECT_FAILED', retryable: false });
  });

  test('the waits are random', async () => {
    const waits = [0.25, 0.75].map((chance) => {
      const { database, clock, ask } = createFixture({ random: drawing(chance) });
      database.opens = 'never succeeds';
      ask();
      return settled().then(() => {
        let waited = 0;
        while (database.attempted === 1 && waited < 1_000) {
          clock.advance(1);
          waited++;
        }
        return waited;
      });
    });
    expect(await Promise.all(waits)).toEqual([25, 75]);
  });

  test('after a success as many are opened at once as wait', async () => {
    const { pool, database, clock, ask } = createFixture();
    database.opens = 'never succeeds';
    const waiting = [ask(), ask(), ask()];
    await settled();
    database.opens = 'when told';
    clock.advance(100);
    expect(database.attempts).toHaveLength(1);
    database.attempts[0]!.succeed();
    await settled();
    expect(database.attempts).toHaveLength(2);
    for (const attempt of [...database.attempts]) attempt.succeed();
    await settled();
    expect(waiting.map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(pool.stats()).toMatchObject({ failures: 3, opened: 3 });
  });

  test('attempts that were under way together are one failure to the breaker', async () => {
    const { pool, database, ask } = createFixture({ breakerAfter: 2 });
    database.opens = 'never succeeds';
    for (let i = 0; i < 10; i++) ask();
    await settled();
    expect(pool.stats()).toMatchObject({ failures: 10, queued: 10, refused: 0 });
  });

  test('when it failed often enough all who wait are refused, and newcomers until the next attempt', async () => {
    const { pool, database, clock, ask } = createFixture({ breakerAfter: 2, backoffMaxMs: 100 });
    database.opens = 'never succeeds';
    const waiting = [ask(), ask()];
    await settled();
    clock.advance(100);
    await settled();
    for (const { error } of waiting)
      expect(error).toMatchObject({ code: 'POOL_CONNECT_FAILED', retryable: true, cause: database.error });
    expect(await codeOf(pool.acquire())).toBe('POOL_CONNECT_FAILED');
    expect(pool.stats()).toMatchObject({ queued: 0, refused: 3, failures: 3 });
    database.opens = 'at once';
    clock.advance(100);
    expect((await pool.acquire()).connection.id).toBe(0);
  });

  test('nobody is refused while a connection is there that may come back', async () => {
    const { database, clock, ask, take } = createFixture({ breakerAfter: 1, limits: { min: 0, max: 2 } });
    const [held] = await take(1);
    database.opens = 'never succeeds';
    const waiting = ask();
    await settled();
    clock.advance(1_000);
    await settled();
    expect(waiting.error).toBeUndefined();
    held!.release();
    await settled();
    expect(waiting.id).toBe(0);
  });

  test('and all are refused when the last connection is gone', async () => {
    const { database, ask, take } = createFixture({
      breakerAfter: 1,
      backoffInitialMs: 1_000,
      limits: { min: 0, max: 2 },
    });
    const [held] = await take(1);
    database.opens = 'never succeeds';
    const waiting = ask();
    await settled();
    held!.destroy();
    await settled();
    expect(waiting.error).toMatchObject({ code: 'POOL_CONNECT_FAILED' });
  });

  test('a deadline tells why there is no connection', async () => {
    const { database, clock, ask } = createFixture({ limits: once });
    database.opens = 'never succeeds';
    const waiting = ask({ timeoutMs: 10 });
    await settled();
    clock.advance(10);
    await settled();
    expect(waiting.error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', cause: database.error });
  });

  test('the minimum is tried for without anybody waiting', async () => {
    const { pool, database, clock } = createFixture({ limits: { min: 0, max: 3 } });
    database.opens = 'never succeeds';
    pool.setLimits({ min: 2, max: 3 });
    await settled();
    database.opens = 'at once';
    clock.advance(100);
    await settled();
    expect(pool.stats().idle).toBe(2);
  });

  test('an `open` that throws before it promises anything has failed', async () => {
    const { pool } = createFixture({
      breakerAfter: 1,
      open: () => {
        throw new Error('at once');
      },
    });
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'POOL_CONNECT_FAILED' });
  });
});

describe('a database that hangs while connecting', () => {
  test('leaves no waiter without an answer, and gets its next attempt when the hanging one has ended', async () => {
    const { pool, database, clock, ask } = createFixture({
      limits: once,
      openTimeoutMs: 100,
      breakerAfter: 1,
    });
    database.opens = 'when told';
    const [early, late] = [ask({ timeoutMs: 50 }), ask()];
    clock.advance(50);
    await settled();
    expect(early.error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
    clock.advance(50);
    await settled();
    expect(late.error).toMatchObject({ code: 'POOL_CONNECT_FAILED', cause: { code: 'POOL_OPEN_TIMEOUT' } });
    expect(database.attempts[0]!.signal.reason).toMatchObject({ code: 'POOL_OPEN_TIMEOUT' });
    expect(pool.stats()).toMatchObject({ total: 1, closing: 1, failures: 1 });
    database.attempts[0]!.fail();
    await settled();
    expect(pool.stats()).toMatchObject({ total: 0, failures: 1, closed: 0 });
    database.opens = 'at once';
    clock.advance(100);
    expect((await pool.acquire()).connection.id).toBe(0);
  });

  test('what it brings when it is too late is ended, and lent to nobody', async () => {
    const { pool, database, clock, ask } = createFixture({ limits: once, openTimeoutMs: 100 });
    database.opens = 'when told';
    const waiting = ask();
    clock.advance(100);
    database.attempts[0]!.succeed();
    await settled();
    expect(waiting.id).toBeUndefined();
    expect(database.sessions.size).toBe(0);
    expect(pool.stats()).toMatchObject({ idle: 0, acquired: 0, opened: 1, closed: 1 });
  });

  test('one that is lost before it was lent is not lent', async () => {
    const { database, ask } = createFixture({ limits: once });
    database.opens = 'when told';
    const waiting = ask();
    const connection = database.attempts[0]!.succeed();
    connection.lost();
    database.opens = 'at once';
    await settled();
    expect(waiting.id).toBe(1);
  });
});

describe('a database that is full', () => {
  const full = { isFull: (error: unknown) => error === 'full', random: drawing(0.5) };

  test('is asked again shortly, counted, and nobody hears of it', async () => {
    const { pool, database, clock, ask } = createFixture({ ...full, fullRetryMs: 20, breakerAfter: 1 });
    database.error = 'full';
    database.opens = 'never succeeds';
    const waiting = ask();
    for (const wait of [0, 10, 20]) {
      clock.advance(wait);
      await settled();
    }
    expect(pool.stats()).toMatchObject({ full: 3, failures: 0, queued: 1 });
    database.opens = 'at once';
    clock.advance(40);
    await settled();
    expect(waiting.id).toBe(0);
  });

  test('is told as the cause when the deadline passes', async () => {
    const { database, clock, ask } = createFixture({ ...full });
    database.error = 'full';
    database.opens = 'never succeeds';
    const waiting = ask({ timeoutMs: 5 });
    await settled();
    clock.advance(5);
    await settled();
    expect(waiting.error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', cause: 'full' });
  });
});
