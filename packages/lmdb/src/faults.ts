import { constants } from 'node:os';
import { systemCode } from '@inkwire/base';

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

/** The kind of a failure: no room, a directory that takes no files, a damaged file, another program's, or anything else. */
export type LmdbFault = 'full' | 'unwritable' | 'damaged' | 'foreign' | 'failed';

const numbers: Readonly<Record<Exclude<LmdbFault, 'failed'>, readonly (number | undefined)[]>> = {
  full: [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, mdb.mapFull],
  unwritable: [
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.ENOENT,
    errno.EISDIR,
    errno.EEXIST,
  ],
  damaged: [mdb.invalid, mdb.corrupted, mdb.pageNotFound, mdb.panic],
  foreign: [mdb.versionMismatch, mdb.incompatible],
};

/** The kind of an error of LMDB, lmdb-js or the file system; undefined for other errors, such as a mistake or an abort. */
export function lmdbFaultOf(error: unknown): LmdbFault | undefined {
  const number = errorNumber(error);
  if (number === undefined) return undefined;
  for (const [fault, its] of Object.entries(numbers)) if (its.includes(number)) return fault as LmdbFault;
  return 'failed';
}

/** EIO: a disk that fails, or one that took only half of a write. */
export function isInputOutputError(error: unknown): boolean {
  return errorNumber(error) === errno.EIO;
}

/** LMDB gives its number as `code`; Node gives a name. */
function errorNumber(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'number') return error.code;
  const name = systemCode(error);
  return name !== undefined && name in errno ? errno[name as keyof typeof errno] : undefined;
}
