import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, systemCode } from '@inkwire/base';
import { ReadingsError } from '@inkwire/readings';
import { CliError } from '../errors.ts';

/** Whether a file is compressed, by its name. */
export const isZipped = (path: string): boolean => path.endsWith('.gz');

/**
 * The bytes of a file, uncompressed where its name ends in `.gz`. Throws `CLI_FILE_UNREADABLE`, and `READINGS_EXPORT_DAMAGED`
 * for data that is no gzip or was cut off.
 */
export async function* plainBytes(file: Readable, path: string): AsyncGenerator<Uint8Array> {
  // Not `pipeline`: it would end with the error of whichever stream was first, and the file's own is lost.
  const plain = isZipped(path) ? file.pipe(createGunzip()) : file;
  if (plain !== file) file.on('error', (error) => plain.destroy(error));
  try {
    yield* plain;
  } catch (error) {
    const code = systemCode(error);
    if (code?.startsWith('Z_'))
      throw new ReadingsError('READINGS_EXPORT_DAMAGED', `${path} is damaged: ${messageOf(error)}`, {
        cause: error,
      });
    if (code === undefined) throw error;
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    file.destroy();
  }
}
