import { createReadStream, existsSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { CodedError, messageOf, systemCode } from '@inkwire/base';
import { flushDirectory } from '@inkwire/base/node';
import { exportReadings, type Readings } from '@inkwire/readings';
import { CliError } from '../errors.ts';
import { isZipped, plainBytes } from './plain-bytes.ts';

/** How a file is written. */
export interface ExportFileOptions {
  /** Continues an export that was interrupted, where there is one. */
  readonly resume?: boolean | undefined;
}

/** The file of an export that is not whole. */
export const partOf = (path: string): string => `${path}.part`;

/**
 * Writes an export into a file, and returns how many readings it has. The file gets its name when it is whole and on the
 * disk: before that it is `FILE.part`. Throws `CLI_OUT_OCCUPIED` where one of them is there, unless an interrupted export
 * is to be continued, `CLI_FILE_UNWRITABLE`, and what the readings throw.
 */
export async function exportToFile(
  readings: Readings,
  path: string,
  { resume = false }: ExportFileOptions = {},
): Promise<number> {
  const part = partOf(path);
  if (existsSync(path))
    throw new CliError('CLI_OUT_OCCUPIED', `${path} is there already; name another file, or remove it`);
  const isContinued = existsSync(part);
  if (isContinued && !resume)
    throw new CliError(
      'CLI_OUT_OCCUPIED',
      `${part} is of an export that did not end; continue it with --resume, or remove it`,
    );
  // The lines of the old part are copied, because gzip cannot be appended to in the middle of a block. Until all of
  // them are in the new one, the old one stays.
  const fresh = isContinued ? `${part}-new` : part;
  let count = 0;
  const lines = exportReadings(readings, {
    begun: isContinued ? asFarAsWhole(plainBytes(createReadStream(part), path)) : undefined,
    onContinue: async () => (isContinued ? rename(fresh, part) : undefined),
    onReading: (soFar) => {
      count = soFar;
    },
  });
  await naming(path, async () => {
    const file = (await open(fresh, 'w')).createWriteStream({ flush: true });
    await (isZipped(path) ? pipeline(lines, createGzip(), file) : pipeline(lines, file));
    await rename(part, path);
  });
  await flushDirectory(dirname(path));
  return count;
}

/** Writes an export to standard output, and returns how many readings it has. */
export async function exportToOutput(readings: Readings): Promise<number> {
  let count = 0;
  const onReading = (soFar: number) => {
    count = soFar;
  };
  await pipeline(exportReadings(readings, { onReading }), process.stdout, { end: false });
  return count;
}

/** Calls `work`; what the file system says becomes `CLI_FILE_UNWRITABLE`. */
async function naming(path: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CodedError || systemCode(error) === undefined) throw error;
    throw new CliError('CLI_FILE_UNWRITABLE', `${path} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Ends where the data is cut off, instead of failing. */
async function* asFarAsWhole(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    if (!(error instanceof CodedError && error.code === 'READINGS_EXPORT_DAMAGED')) throw error;
  }
}
