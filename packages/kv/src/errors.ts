import { CodedError } from '@inkwire/base';

/** The error codes of tables and topics. */
export type KvErrorCode =
  /** The data file is damaged. */
  | 'KV_DAMAGED'
  /** The engine failed in another way. */
  | 'KV_FAILED'
  /** The data file is another program's, or of a newer version. */
  | 'KV_FOREIGN'
  /** The tables, the disk or the map are full, and nothing was half written. Retryable. */
  | 'KV_FULL'
  /** A topic has subscribers in other processes that cannot be reached, and no more messages are kept for them. Retryable. */
  | 'KV_LINK_FULL'
  /** The name of a table or a key is longer than the limit. */
  | 'KV_KEY_TOO_LONG'
  /** The table holds as many keys as it may. */
  | 'KV_TABLE_FULL'
  /** A time to live is negative, no integer, or beyond 2⁵². */
  | 'KV_TTL_INVALID'
  /** The directory cannot be written to. */
  | 'KV_UNWRITABLE'
  /** A value is larger than the limit. */
  | 'KV_VALUE_TOO_LARGE';

/** Every error that `@inkwire/kv` raises for something other than a programmer's mistake. */
export class KvError extends CodedError<KvErrorCode> {}
