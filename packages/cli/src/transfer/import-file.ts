import { createReadStream } from 'node:fs';
import {
  type ImportOptions,
  type ImportProgress,
  importReadings,
  type Readings,
  verifyExport,
} from '@inkwire/readings';
import { plainBytes } from './plain-bytes.ts';

/** The name of standard input and output. */
export const standardStream = '-';

/**
 * Loads the readings of a file, after its count and hash were found right; or of standard input, where that is known at the
 * end only.
 */
export async function importFromFile(
  readings: Readings,
  path: string,
  options: ImportOptions = {},
): Promise<ImportProgress> {
  if (path === standardStream)
    return importReadings(readings, plainBytes(process.stdin, 'standard input'), options);
  await verifyExport(plainBytes(createReadStream(path), path));
  return importReadings(readings, plainBytes(createReadStream(path), path), options);
}
