import { messageOf } from '@inkwire/base';
import { PoolError } from '../errors.ts';
import type { ConnectGate } from './connect-gate.ts';
import type { Connections } from './connections.ts';
import type { Waiter } from './waiter.ts';

/** No connection was released, and none could be opened, before the deadline of a waiter. */
export function timeoutError<C>(
  { since, deadline }: Waiter<C>,
  pool: { readonly name: string; readonly max: number; readonly waiting: number },
  { borrowed, opening, closing }: Connections<C>,
  cause: unknown,
): PoolError {
  const message =
    `No connection of ${pool.name} within ${deadline - since} ms: of ${pool.max} ` +
    `${borrowed.size} are lent, ${opening.size} are being opened and ${closing.size} closed; ${pool.waiting} others wait`;
  return new PoolError('POOL_ACQUIRE_TIMEOUT', message, { retryable: true, cause });
}

/** The breaker is open, and no connection is open that could be released. */
export function connectError(name: string, { lastError: cause, isPermanent }: ConnectGate): PoolError {
  const code = cause instanceof PoolError && isPermanent ? cause.code : 'POOL_CONNECT_FAILED';
  const message = `No connection of ${name} could be opened: ${messageOf(cause)}`;
  return new PoolError(code, message, { retryable: !isPermanent, cause });
}
