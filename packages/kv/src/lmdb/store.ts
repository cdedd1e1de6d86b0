import { type DataFile, type Durability, openDataFile } from '@inkwire/lmdb';
import type { Database, RootDatabase } from 'lmdb';
import type { LmdbErrors } from './lmdb-errors.ts';
import { format, nameEncoder } from './record.ts';

/** The databases inside the data file; `record.ts` says what they hold. */
interface TableDatabases {
  /** Its keys are written by `nameEncoder`, which lmdb-js's types do not know: see `asKey`. */
  readonly values: Database<Uint8Array, Uint8Array>;
  readonly tables: Database<Uint8Array, Uint8Array>;
  readonly expiring: Database<Uint8Array, Uint8Array>;
}

/** The databases that transactions read and write. */
export type Store = TableDatabases & Pick<DataFile<TableDatabases>, 'about'>;

/** An option of lmdb-js that its types lack. */
const keysByName: object = { keyEncoder: nameEncoder };

/** Opens the data file of tables. */
export function openTablesFile(
  directory: string,
  durability: Durability,
  errors: LmdbErrors,
): Promise<DataFile<TableDatabases>> {
  const open = (root: RootDatabase) => ({
    values: root.openDB<Uint8Array, Uint8Array>({ name: 'values', encoding: 'binary', ...keysByName }),
    tables: root.openDB<Uint8Array, Uint8Array>({
      name: 'tables',
      encoding: 'binary',
      keyEncoding: 'binary',
    }),
    expiring: root.openDB<Uint8Array, Uint8Array>({
      name: 'expiring',
      encoding: 'binary',
      keyEncoding: 'binary',
    }),
  });
  return openDataFile({ directory, durability, format, errors, open });
}
