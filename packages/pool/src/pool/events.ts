import { channel } from 'node:diagnostics_channel';

/**
 * The events that a pool publishes on `diagnostics_channel`. A channel without a subscriber costs the read of one field.
 * Every message carries `pool`, its name.
 */
export const events = {
  /** `{ pool, tookMs }` */
  open: channel('inkwire:pool:open'),
  /** `{ pool, error, isFull }`: an attempt to connect failed. */
  fail: channel('inkwire:pool:fail'),
  /** `{ pool }`: a connection has really been closed. */
  close: channel('inkwire:pool:close'),
  /** `{ pool, waitedMs }` */
  acquire: channel('inkwire:pool:acquire'),
  /** `{ pool, usedMs }` */
  release: channel('inkwire:pool:release'),
  /** `{ pool, error }`: who waited was refused. */
  refuse: channel('inkwire:pool:refuse'),
  /** `{ pool, min, max }`: other limits are in force. */
  limits: channel('inkwire:pool:limits'),
  /** An `InactiveReport`. */
  inactive: channel('inkwire:pool:inactive'),
} as const;
