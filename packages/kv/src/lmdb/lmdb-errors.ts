import { StoreErrors } from '@inkwire/lmdb';
import { KvError, type KvErrorCode } from '../errors.ts';

/** The errors of tables in a directory. */
export type LmdbErrors = StoreErrors<KvErrorCode>;

export function lmdbErrors(directory: string): LmdbErrors {
  return new StoreErrors(directory, {
    type: KvError,
    codes: {
      full: 'KV_FULL',
      unwritable: 'KV_UNWRITABLE',
      damaged: 'KV_DAMAGED',
      foreign: 'KV_FOREIGN',
      failed: 'KV_FAILED',
    },
    messages: {
      full: 'There is no room left for the tables',
      unwritable: 'The directory for tables cannot be written to',
      failed: 'The tables could not be written',
    },
  });
}
