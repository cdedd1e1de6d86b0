import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backupDataFile, checkDataFile } from '@inkwire/lmdb';
import { lmdbErrors } from './lmdb-errors.ts';
import { openLmdbReadings } from './lmdb-readings.ts';
import { format } from './record.ts';

/**
 * Copies the readings of a directory into another while a server works with them in another process: one moment of them. The
 * copy is on the disk, and every picture in it was compared with its checksum. Returns how many readings there are. Throws what opening throws, and `READINGS_FULL`.
 */
export async function backupLmdbReadings(directory: string, to: string): Promise<number> {
  await backupDataFile({ directory, to, format, errors: lmdbErrors(directory) });
  const count = await countWhole(to);
  // The copy alone: an opening has made it.
  await rm(join(to, 'lock.mdb'), { force: true });
  return count;
}

/** Whether readings are kept in a directory. Rejects with what opening them would say, and changes nothing. */
export function checkLmdbReadings(directory: string): Promise<boolean> {
  return checkDataFile({ directory, format, errors: lmdbErrors(directory) });
}

/** Reads everything in a copy. Throws `READINGS_DAMAGED` where a record, a picture or a digit is not what was written. */
async function countWhole(directory: string): Promise<number> {
  await using readings = await openLmdbReadings({ directory });
  let count = 0;
  for await (const { id } of readings.all()) {
    await Promise.all([readings.picture(id), readings.prepared(id)]);
    count++;
  }
  return count;
}
