import { messageOf } from '@inkwire/base';
import type { TlsFiles } from '@inkwire/wire/node';
import { CliError } from '../errors.ts';

/** Reads the PEM files that are named: their texts, by the same names. Throws `CLI_FILE_UNREADABLE`. */
export async function readPemFiles<Files extends { readonly [Name in keyof TlsFiles]?: string | undefined }>(
  files: Files,
): Promise<Files> {
  const { readTlsFiles } = await import('@inkwire/wire/node');
  try {
    return await readTlsFiles(files);
  } catch (error) {
    throw new CliError('CLI_FILE_UNREADABLE', messageOf(error), { cause: error });
  }
}
