import { readFile } from 'node:fs/promises';
import { messageOf } from '@inkwire/base';
import { CliError } from '../errors.ts';

/** The text of a PEM file. Throws `CLI_FILE_UNREADABLE`. */
export async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
