import { StoreErrors } from '@inkwire/lmdb';
import { ReadingsError, type ReadingsErrorCode } from '../errors.ts';

/** The errors of readings in a directory. */
export type LmdbErrors = StoreErrors<ReadingsErrorCode>;

export function lmdbErrors(directory: string): LmdbErrors {
  return new StoreErrors(directory, {
    type: ReadingsError,
    codes: {
      full: 'READINGS_FULL',
      unwritable: 'READINGS_UNWRITABLE',
      damaged: 'READINGS_DAMAGED',
      foreign: 'READINGS_FOREIGN',
      failed: 'READINGS_FAILED',
    },
    messages: {
      full: 'There is no room left to keep readings in',
      unwritable: 'The directory for readings cannot be written to',
      failed: 'The readings could not be kept',
    },
  });
}
