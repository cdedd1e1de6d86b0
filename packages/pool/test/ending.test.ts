import { describe, expect, test } from 'vitest';
import { codeOf, createFixture, settled, thrownCode } from './fake-database.ts';

describe('close', () => {
  test('serves who waits, awaits what is lent, and lets nobody new in', async () => {
    const { pool, ask, take } = createFixture({ limits: { min: 0, max: 1 } });
    const [held] = await take(1);
    const waiting = ask();
    let isClosed = false;
    const closing = pool.close().then(() => (isClosed = true));
    expect(pool.closed).toBe(true);
    expect(await codeOf(pool.acquire())).toBe('BASE_CLOSED');
    held!.release();
    await settled();
    expect(waiting.id).toBe(0);
    expect(isClosed).toBe(false);
    waiting.lease!.release();
    await closing;
    expect(pool.stats()).toMatchObject({ total: 0, closed: 1 });
  });

  test('closes what rests, keeps no minimum, and leaves no timer', async () => {
    const { pool, clock } = createFixture({ limits: { min: 2, max: 4 } });
    await settled();
    await pool.close();
    expect(pool.stats()).toMatchObject({ total: 0, opened: 2, closed: 2 });
    expect(clock.pending).toBe(0);
    pool.setLimits({ min: 3, max: 4 });
    await settled();
    expect(pool.stats().total).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('opens for those who wait and for no minimum', async () => {
    const { pool, database, ask } = createFixture({ limits: { min: 0, max: 0 } });
    const waiting = ask();
    const closing = pool.close();
    pool.setLimits({ min: 3, max: 3 });
    await settled();
    expect(database.attempted).toBe(1);
    waiting.lease!.release();
    await closing;
  });

  test('ends when those who wait have been told that it is too late', async () => {
    const { pool, clock, ask } = createFixture({ limits: { min: 0, max: 0 } });
    const waiting = ask({ timeoutMs: 100 });
    const closing = pool.close();
    clock.advance(100);
    await closing;
    expect(waiting.error).toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT' });
  });

  test('gives up what is being opened for somebody who no longer waits', async () => {
    const { pool, database, ask } = createFixture();
    database.opens = 'when told';
    const controller = new AbortController();
    ask({ signal: controller.signal });
    const closing = pool.close();
    controller.abort();
    expect(database.attempts[0]!.signal.aborted).toBe(true);
    database.attempts[0]!.fail();
    await closing;
  });

  test('awaits closes that take time; again it is the same end', async () => {
    const { pool, database, take } = createFixture();
    (await take(1))[0]!.release();
    database.closes = 'when told';
    let isClosed = false;
    const closing = pool.close().then(() => (isClosed = true));
    await settled();
    expect(isClosed).toBe(false);
    database.closings[0]!.finish();
    await closing;
    await pool.close();
    await pool.destroy();
  });

  test('await using closes a pool', async () => {
    const { pool } = createFixture({ limits: { min: 1, max: 1 } });
    {
      await using _pool = pool;
      await settled();
    }
    expect(pool.stats().closed).toBe(1);
  });
});

describe('destroy', () => {
  test('lets nobody in from its first moment, whoever hears of it', async () => {
    const { pool, take } = createFixture({ limits: { min: 0, max: 2 } });
    await take(1);
    const asked: unknown[] = [];
    using _ = pool.onChange(() => void asked.push(codeOf(pool.acquire())));
    await pool.destroy();
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['BASE_CLOSED']));
    expect(pool.stats().total).toBe(0);
  });

  test('refuses who waits with the error, and takes back what is lent', async () => {
    const { pool, database, ask, take } = createFixture({ limits: { min: 0, max: 2 } });
    const [held, other] = await take(2);
    other!.release();
    const waiting = [ask(), ask()];
    const error = new Error('the end');
    await pool.destroy(error);
    expect(waiting[1]!.error).toBe(error);
    expect(thrownCode(() => held!.connection)).toBe('POOL_LEASE_RECLAIMED');
    expect(thrownCode(() => held!.release())).toBe('POOL_LEASE_RECLAIMED');
    held![Symbol.dispose]();
    expect(database.sessions.size).toBe(0);
    expect(pool.stats()).toMatchObject({ total: 0, inUse: 0 });
  });

  test('ends every connection at once, with the error, and attempts too', async () => {
    const { pool, database, ask, take } = createFixture({ limits: { min: 0, max: 3 } });
    const held = await take(2);
    held[0]!.release();
    database.opens = database.closes = 'when told';
    ask();
    ask();
    const error = new Error('the end');
    const ending = pool.destroy(error);
    expect(database.closings.map(({ how, error: told }) => [how, told])).toEqual([
      ['destroy', error],
      ['destroy', error],
    ]);
    expect(database.attempts[0]!.signal.reason).toBe(error);
    for (const { finish } of [...database.closings]) finish();
    database.attempts[0]!.fail();
    await ending;
  });

  test('cuts a close short', async () => {
    const { pool, take } = createFixture();
    await take(1);
    const closing = pool.close();
    await pool.destroy();
    await closing;
    expect(await codeOf(pool.acquire())).toBe('BASE_CLOSED');
  });
});
