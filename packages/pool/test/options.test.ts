import { expect, test } from 'vitest';
import { createPool, type PoolOptions } from '../src/index.ts';

const base: PoolOptions<number> = { open: async () => 1, close: () => {} };

test.each<[Partial<Record<keyof PoolOptions<number>, unknown>>, ErrorConstructor, string]>([
  [{ open: undefined }, TypeError, 'Expected `open` to be a function, got `undefined`'],
  [{ close: 1 }, TypeError, 'Expected `close` to be a function, got `1`'],
  [{ check: true }, TypeError, 'Expected `check` to be a function, got `true`'],
  [{ limits: { min: 0, max: -1 } }, RangeError, 'Expected `limits.max` to be an integer ≥ 0, got `-1`'],
  [{ limits: { min: 3, max: 2 } }, RangeError, 'Expected `limits.min` to be an integer from 0 to 2, got `3`'],
  [{ acquireTimeoutMs: -1 }, RangeError, 'Expected `acquireTimeoutMs` to be a number ≥ 0, got `-1`'],
  [
    { acquireTimeoutMs: Infinity },
    RangeError,
    'Expected `acquireTimeoutMs` to be a number ≥ 0, got `Infinity`',
  ],
  [{ acquireTimeoutMs: '5' }, TypeError, 'Expected `acquireTimeoutMs` to be a number ≥ 0, got `5`'],
  [{ maxQueued: 0 }, RangeError, 'Expected `maxQueued` to be an integer ≥ 1, got `0`'],
  [{ openTimeoutMs: 0 }, RangeError, 'Expected `openTimeoutMs` to be a number ≥ 1, got `0`'],
  [{ closeTimeoutMs: 0 }, RangeError, 'closeTimeoutMs'],
  [{ checkTimeoutMs: 0 }, RangeError, 'checkTimeoutMs'],
  [{ checkAfterIdleMs: -1 }, RangeError, 'checkAfterIdleMs'],
  [{ idleTimeoutMs: 0 }, RangeError, 'idleTimeoutMs'],
  [{ maxLifeMs: Number.NaN }, RangeError, 'maxLifeMs'],
  [{ lifeJitter: 1.1 }, RangeError, 'Expected `lifeJitter` to be a number from 0 to 1, got `1.1`'],
  [{ inactiveAfterMs: 0 }, RangeError, 'inactiveAfterMs'],
  [{ breakerAfter: 0 }, RangeError, 'breakerAfter'],
  [{ backoffInitialMs: -1 }, RangeError, 'backoffInitialMs'],
  [{ backoffInitialMs: 10, backoffMaxMs: 9 }, RangeError, 'backoffMaxMs'],
  [{ fullRetryMs: -1 }, RangeError, 'fullRetryMs'],
])('%o is refused by name', (options, kind, message) => {
  const create = () => createPool({ ...base, ...(options as Partial<PoolOptions<number>>) });
  expect(create).toThrow(kind);
  expect(create).toThrow(message);
});

test('what may never end may be Infinity', async () => {
  await using pool = createPool({
    ...base,
    idleTimeoutMs: Infinity,
    maxLifeMs: Infinity,
    openTimeoutMs: Infinity,
  });
  await pool.use((connection) => expect(connection).toBe(1));
});

test('a time to wait that is none is refused, also when a connection rests', async () => {
  await using pool = createPool(base);
  await pool.use(() => {});
  await expect(pool.acquire({ timeoutMs: -1 })).rejects.toThrow(
    'Expected `timeoutMs` to be a number ≥ 0, got `-1`',
  );
});

test('it works on the machine’s clock and chance', async () => {
  const pool = createPool({ open: async () => ({}), close: async () => {} });
  const lease = await pool.acquire();
  lease.release();
  await pool.close();
});
