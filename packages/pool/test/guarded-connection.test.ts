import { expect, test } from 'vitest';
import { createFixture, settled, thrownCode } from './fake-database.ts';

/** Lends a wrapper that looks at its lease whenever its id is read. */
const lend = (connection: { id: number; lost(): void }, use: () => void) => ({
  ...connection,
  get id() {
    use();
    return connection.id;
  },
});

test('what is lent in place of the connection is made once a lease, and refuses after its end', async () => {
  const { take, pool } = createFixture({ lend, limits: { min: 0, max: 1 } });
  const [lease] = await take(1);
  const { connection } = lease!;
  expect(lease!.connection).toBe(connection);
  expect(connection.id).toBe(0);
  lease!.release();
  expect(thrownCode(() => connection.id)).toBe('POOL_LEASE_RELEASED');
  const next = await pool.acquire();
  expect(thrownCode(() => connection.id)).toBe('POOL_LEASE_RELEASED');
  expect(next.connection.id).toBe(0);
});

test('whoever uses what is lent is active', async () => {
  const { take, clock, pool } = createFixture({
    lend,
    inactiveAfterMs: 100,
    reclaimsInactive: true,
    onInactive: () => {},
  });
  const [lease] = await take(1);
  const { connection } = lease!;
  for (let ms = 0; ms < 500; ms += 50) {
    clock.advance(50);
    expect(connection.id).toBe(0);
  }
  clock.advance(100);
  await settled();
  expect(pool.stats().reclaimed).toBe(1);
  expect(thrownCode(() => connection.id)).toBe('POOL_LEASE_RECLAIMED');
});
