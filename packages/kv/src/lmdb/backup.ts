import { backupDataFile, checkDataFile } from '@inkwire/lmdb';
import { lmdbErrors } from './lmdb-errors.ts';
import { format } from './record.ts';

/**
 * Copies the tables of a directory into another while a server works with them in another process: one moment of them, each transaction whole.
 * Throws what opening throws, and `KV_FULL`.
 */
export function backupLmdbTables(directory: string, to: string): Promise<void> {
  return backupDataFile({ directory, to, format, errors: lmdbErrors(directory) });
}

/** Whether tables are kept in a directory. Rejects with what opening them would say, and changes nothing. */
export function checkLmdbTables(directory: string): Promise<boolean> {
  return checkDataFile({ directory, format, errors: lmdbErrors(directory) });
}
