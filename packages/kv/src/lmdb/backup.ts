import { backupDataFile } from '@inkwire/lmdb';
import { lmdbErrors } from './lmdb-errors.ts';
import { format } from './record.ts';

/**
 * Copies the tables of a directory into another while a server works with them: one moment of them, each transaction whole.
 * Throws what opening throws, and `KV_FULL`.
 */
export function backupLmdbTables(directory: string, to: string): Promise<void> {
  return backupDataFile({ directory, to, format, errors: lmdbErrors(directory) });
}
