import { CodedError } from '@inkwire/base';

/** The error codes of pools, leases and fences. */
export type PoolErrorCode =
  /** No connection was released and none could be opened before the deadline. Retryable. */
  | 'POOL_ACQUIRE_TIMEOUT'
  /** Another allocator has taken over: it has opened the same store, or clients follow it. */
  | 'POOL_ALLOCATOR_SUPERSEDED'
  /** Connecting failed again and again, or for good, and no connection is left. Retryable unless for good. */
  | 'POOL_CONNECT_FAILED'
  /** The driver that an adapter needs is not installed. */
  | 'POOL_DRIVER_MISSING'
  /** This incarnation of the client was fenced: it opens no more connections. */
  | 'POOL_FENCED'
  /** The sessions of a client could not be ended, or were not seen to be gone in time. Retryable. */
  | 'POOL_FENCE_FAILED'
  /** The pool took the connection back: no activity for too long, or the pool was destroyed. */
  | 'POOL_LEASE_RECLAIMED'
  /** The allocator refused the client until the deadline, and the message says why. Retryable. */
  | 'POOL_LEASE_REFUSED'
  /** The connection was given back before. */
  | 'POOL_LEASE_RELEASED'
  /** Opening a connection took longer than `openTimeoutMs`. Retryable. */
  | 'POOL_OPEN_TIMEOUT'
  /** As many wait for a connection as may. Retryable. */
  | 'POOL_QUEUE_FULL'
  /** The file that an allocator keeps is not one, or a damaged one. */
  | 'POOL_STORE_DAMAGED'
  /** The file that an allocator keeps cannot be read or written. Retryable. */
  | 'POOL_STORE_FAILED'
  /** A transaction was over before its COMMIT: a statement in it had failed, or one had committed it. */
  | 'POOL_TRANSACTION_ABORTED';

/** Every error that `@inkwire/pool` raises for something other than a programmer's mistake. */
export class PoolError extends CodedError<PoolErrorCode> {}
