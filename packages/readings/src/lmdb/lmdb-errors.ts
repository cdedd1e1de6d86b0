import { messageOf } from '@inkwire/base';
import { type LmdbFault, lmdbFaultOf } from '@inkwire/base/node';
import { ReadingsError } from '../errors.ts';

const codes = {
  full: 'READINGS_FULL',
  unwritable: 'READINGS_UNWRITABLE',
  damaged: 'READINGS_DAMAGED',
  foreign: 'READINGS_FOREIGN',
  failed: 'READINGS_FAILED',
} as const;

const messages: Readonly<Record<LmdbFault, string>> = {
  full: 'There is no room left to keep readings in',
  unwritable: 'The directory for readings cannot be written to',
  damaged: 'The data file is damaged; put a copy of it back, or begin with another directory',
  foreign: 'The data file was not written by this version of Inkwire; choose another directory',
  failed: 'The readings could not be kept',
};

/** Turns what LMDB, lmdb-js or the file system threw into a ReadingsError that names the directory. */
export function toReadingsError(error: unknown, directory: string): Error {
  // A programmer's mistake, or an abort, stays what it is.
  const fault = error instanceof ReadingsError ? undefined : lmdbFaultOf(error);
  return fault === undefined ? (error as Error) : readingsError(fault, directory, error);
}

/** A ReadingsError with its usual message and the directory that it is about. */
export function readingsError(fault: LmdbFault, directory: string, cause?: unknown): ReadingsError {
  const reason = cause === undefined ? '' : ` (${messageOf(cause)})`;
  return new ReadingsError(codes[fault], `${messages[fault]}: ${directory}${reason}`, {
    cause,
    retryable: fault === 'full',
  });
}
