import { expectInteger } from '@inkwire/base';
import { KvError } from '../errors.ts';

/** The limits of tables. Each is checked before memory or disk is taken. */
export interface TableLimits {
  /** Most bytes of a table's name in UTF-8. Default 512. With `maxKeyBytes` at most 1,976 in LMDB. */
  readonly maxTableNameBytes?: number | undefined;
  /** Most bytes of a key in UTF-8. Default 1,024. */
  readonly maxKeyBytes?: number | undefined;
  /** Most bytes of an encoded `Value`. Default 8 MiB. */
  readonly maxValueBytes?: number | undefined;
  /** Most keys of one table. Default 10 million. */
  readonly maxKeysPerTable?: number | undefined;
  /** Most bytes of everything together, by the engine's own count. Default 1 GiB in memory, 64 GiB in LMDB. */
  readonly maxTotalBytes?: number | undefined;
}

export type ResolvedTableLimits = { readonly [name in keyof TableLimits]-?: number };

/** Checks every limit. Throws a RangeError that names the one which is out of bounds. */
export function resolveTableLimits(limits: TableLimits, defaultTotalBytes: number): ResolvedTableLimits {
  const max = Number.MAX_SAFE_INTEGER;
  return Object.freeze({
    maxTableNameBytes: expectInteger('maxTableNameBytes', limits.maxTableNameBytes ?? 512, {
      min: 1,
      max: 2 ** 16 - 1,
    }),
    maxKeyBytes: expectInteger('maxKeyBytes', limits.maxKeyBytes ?? 1024, { min: 1, max: 2 ** 20 }),
    maxValueBytes: expectInteger('maxValueBytes', limits.maxValueBytes ?? 8 * 2 ** 20, {
      min: 16,
      max: 2 ** 30,
    }),
    maxKeysPerTable: expectInteger('maxKeysPerTable', limits.maxKeysPerTable ?? 10_000_000, { min: 1, max }),
    maxTotalBytes: expectInteger('maxTotalBytes', limits.maxTotalBytes ?? defaultTotalBytes, {
      min: 1024,
      max,
    }),
  });
}

const utf8Bytes = (text: string): number => Buffer.byteLength(text);

/** Throws `KV_KEY_TOO_LONG`. UTF-8 takes at most three bytes for a unit of UTF-16: most names need no counting. */
export function expectTable(table: string, { maxTableNameBytes }: ResolvedTableLimits): void {
  if (table.length * 3 > maxTableNameBytes && utf8Bytes(table) > maxTableNameBytes)
    throw tooLong(`The name of a table is longer than ${maxTableNameBytes} bytes`);
}

/** Throws `KV_KEY_TOO_LONG`. */
export function expectKey(key: string, { maxKeyBytes }: ResolvedTableLimits): void {
  if (key.length * 3 > maxKeyBytes && utf8Bytes(key) > maxKeyBytes)
    throw tooLong(`A key is longer than ${maxKeyBytes} bytes`);
}

/** Throws `KV_VALUE_TOO_LARGE`. */
export function expectValue(value: Uint8Array, { maxValueBytes }: ResolvedTableLimits): void {
  if (value.length > maxValueBytes)
    throw new KvError(
      'KV_VALUE_TOO_LARGE',
      `A value of ${value.length} bytes is above the limit of ${maxValueBytes}`,
    );
}

/** Longest time to live, so that the moment of its end is still an exact number. */
const maxTtlMs = 2 ** 52;

/** Throws `KV_TTL_INVALID`. */
export function expectTtl(ttlMs: number): void {
  if (!Number.isInteger(ttlMs) || ttlMs < 0 || ttlMs > maxTtlMs)
    throw new KvError('KV_TTL_INVALID', `A time to live is an integer from 0 to ${maxTtlMs} ms`);
}

const tooLong = (message: string) => new KvError('KV_KEY_TOO_LONG', message);

/** The error of a table with no room for another key. */
export function tableFull({ maxKeysPerTable }: ResolvedTableLimits): KvError {
  return new KvError('KV_TABLE_FULL', `The table holds as many keys as it may: ${maxKeysPerTable}`);
}

/** The error of tables with no room for more bytes. */
export function tablesFull({ maxTotalBytes }: ResolvedTableLimits): KvError {
  return new KvError('KV_FULL', `The tables hold as many bytes as they may: ${maxTotalBytes}`, {
    retryable: true,
  });
}
