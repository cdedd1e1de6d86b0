import { constants } from 'node:os';
import { messageOf, systemCode } from '@inkwire/base';
import { ReadingsError, type ReadingsErrorCode } from '../errors.ts';

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

const codes: Record<ReadingsErrorCode, readonly (number | undefined)[]> = {
  READINGS_FULL: [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, mdb.mapFull],
  READINGS_UNWRITABLE: [
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.ENOENT,
    errno.EISDIR,
    errno.EEXIST,
  ],
  READINGS_DAMAGED: [mdb.invalid, mdb.corrupted, mdb.pageNotFound, mdb.panic],
  READINGS_FOREIGN: [mdb.versionMismatch, mdb.incompatible],
  READINGS_FAILED: [],
  READINGS_CURSOR_INVALID: [],
};

const messages: Partial<Record<ReadingsErrorCode, string>> = {
  READINGS_FULL: 'There is no room left to keep readings in',
  READINGS_UNWRITABLE: 'The directory for readings cannot be written to',
  READINGS_DAMAGED: 'The data file is damaged; put a copy of it back, or begin with another directory',
  READINGS_FOREIGN: 'The data file was not written by this version of Inkwire; choose another directory',
  READINGS_FAILED: 'The readings could not be kept',
};

/** Turns what LMDB, lmdb-js or the file system threw into a ReadingsError that names the directory. */
export function toReadingsError(error: unknown, directory: string): Error {
  if (error instanceof ReadingsError || !(error instanceof Error)) return error as Error;
  // A programmer's mistake, or an abort, stays what it is.
  const number = errorNumber(error);
  if (number === undefined) return error;
  const code = (Object.keys(codes) as ReadingsErrorCode[]).find((code) => codes[code].includes(number));
  return readingsError(code ?? 'READINGS_FAILED', directory, error);
}

/** A ReadingsError with its usual message and the directory that it is about. */
export function readingsError(code: ReadingsErrorCode, directory: string, cause?: unknown): ReadingsError {
  const reason = cause === undefined ? '' : ` (${messageOf(cause)})`;
  return new ReadingsError(code, `${messages[code]}: ${directory}${reason}`, {
    cause,
    retryable: code === 'READINGS_FULL',
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
