import { type DataFile, openDataFile } from '@inkwire/lmdb';
import type { Database } from 'lmdb';
import type { LmdbErrors } from './lmdb-errors.ts';
import { format } from './record.ts';

/** The databases inside the data file; `record.ts` says what they hold. */
export interface Store {
  readonly readings: Database<string, string>;
  readonly pictures: Database<Uint8Array, string>;
  readonly prepared: Database<Uint8Array, string>;
}

/** Opens the data file of readings. */
export function openReadingsFile(directory: string, errors: LmdbErrors): Promise<DataFile<Store>> {
  return openDataFile({
    directory,
    durability: 'sync',
    format,
    errors,
    open: (root) => ({
      readings: root.openDB<string, string>({ name: 'readings', encoding: 'string' }),
      pictures: root.openDB<Uint8Array, string>({ name: 'pictures', encoding: 'binary' }),
      prepared: root.openDB<Uint8Array, string>({ name: 'prepared', encoding: 'binary' }),
    }),
  });
}
