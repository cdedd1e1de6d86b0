import { readFile } from 'node:fs/promises';
import { messageOf } from '@inkwire/base';
import { CliError } from '../errors.ts';

/** Reads the PEM files that are named: their texts, by the same names. Throws `CLI_FILE_UNREADABLE`. */
export async function readPemFiles<Files extends { readonly [name: string]: string | undefined }>(
  files: Files,
): Promise<Files> {
  const named = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const texts = await Promise.all(named.map(async ([name, file]) => [name, await readPem(file)]));
  return Object.fromEntries(texts) as Files;
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
