import { messageOf } from '@inkwire/base';
import { type LmdbFault, lmdbFaultOf } from '@inkwire/base/node';
import { KvError } from '../errors.ts';

const codes = {
  full: 'KV_FULL',
  unwritable: 'KV_UNWRITABLE',
  damaged: 'KV_DAMAGED',
  foreign: 'KV_FOREIGN',
  failed: 'KV_FAILED',
} as const;

const messages: Readonly<Record<LmdbFault, string>> = {
  full: 'There is no room left for the tables',
  unwritable: 'The directory for tables cannot be written to',
  damaged: 'The data file is damaged; put a copy of it back, or begin with another directory',
  foreign: 'The data file was not written by this version of Inkwire; choose another directory',
  failed: 'The tables could not be written',
};

/** Turns what LMDB, lmdb-js or the file system threw into a KvError that names the directory. */
export function toKvError(error: unknown, directory: string): Error {
  // A programmer's mistake, or an abort, stays what it is.
  const fault = error instanceof KvError ? undefined : lmdbFaultOf(error);
  return fault === undefined ? (error as Error) : kvError(fault, directory, error);
}

/** A KvError with its usual message and the directory that it is about. */
export function kvError(fault: LmdbFault, directory: string, cause?: unknown): KvError {
  const reason = cause === undefined ? '' : ` (${messageOf(cause)})`;
  return new KvError(codes[fault], `${messages[fault]}: ${directory}${reason}`, {
    cause,
    retryable: fault === 'full',
  });
}
