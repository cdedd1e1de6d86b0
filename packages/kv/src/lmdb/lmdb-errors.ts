import { constants } from 'node:os';
import { messageOf, systemCode } from '@inkwire/base';
import { KvError, type KvErrorCode } from '../errors.ts';

const { errno } = constants;

/** LMDB's own return codes (`lmdb.h`, "Return Codes"). */
const mdb = {
  pageNotFound: -30797,
  corrupted: -30796,
  panic: -30795,
  versionMismatch: -30794,
  invalid: -30793,
  mapFull: -30792,
  incompatible: -30784,
} as const;

const codes: Record<KvErrorCode, readonly (number | undefined)[]> = {
  KV_FULL: [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, mdb.mapFull],
  KV_UNWRITABLE: [
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.ENOENT,
    errno.EISDIR,
    errno.EEXIST,
  ],
  KV_DAMAGED: [mdb.invalid, mdb.corrupted, mdb.pageNotFound, mdb.panic],
  KV_FOREIGN: [mdb.versionMismatch, mdb.incompatible],
  KV_FAILED: [],
  KV_KEY_TOO_LONG: [],
  KV_TABLE_FULL: [],
  KV_TTL_INVALID: [],
  KV_VALUE_TOO_LARGE: [],
};

const messages: Partial<Record<KvErrorCode, string>> = {
  KV_FULL: 'There is no room left for the tables',
  KV_UNWRITABLE: 'The directory for tables cannot be written to',
  KV_DAMAGED: 'The data file is damaged; put a copy of it back, or begin with another directory',
  KV_FOREIGN: 'The data file was not written by this version of Inkwire; choose another directory',
  KV_FAILED: 'The tables could not be written',
};

/** Turns what LMDB, lmdb-js or the file system threw into a KvError that names the directory. */
export function toKvError(error: unknown, directory: string): Error {
  if (error instanceof KvError || !(error instanceof Error)) return error as Error;
  // A programmer's mistake, or an abort, stays what it is.
  const number = errorNumber(error);
  if (number === undefined) return error;
  const code = (Object.keys(codes) as KvErrorCode[]).find((code) => codes[code].includes(number));
  return kvError(code ?? 'KV_FAILED', directory, error);
}

/** A KvError with its usual message and the directory that it is about. */
export function kvError(code: KvErrorCode, directory: string, cause?: unknown): KvError {
  const reason = cause === undefined ? '' : ` (${messageOf(cause)})`;
  return new KvError(code, `${messages[code]}: ${directory}${reason}`, {
    cause,
    retryable: code === 'KV_FULL',
  });
}

/** EIO: a disk that fails, or one that took only half of a write. */
export function isInputOutputError(error: unknown): boolean {
  return error instanceof Error && errorNumber(error) === errno.EIO;
}

/** LMDB gives its number as `code`; Node gives a name. */
function errorNumber(error: Error): number | undefined {
  if ('code' in error && typeof error.code === 'number') return error.code;
  const name = systemCode(error);
  return name !== undefined && name in errno ? errno[name as keyof typeof errno] : undefined;
}
