import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { messageOf, systemCode } from '@inkwire/base';
import { makeDirectory } from '@inkwire/base/node';
import { CliError } from '../errors.ts';

/**
 * Makes sure that a directory exists and can be written to. A new directory is for its owner alone (0700); an
 * existing one keeps its mode. Throws `CLI_DIRECTORY_UNUSABLE`, naming the directory and the `option` that
 * would choose another.
 */
export async function prepareWritableDirectory(directory: string, option: string): Promise<void> {
  try {
    await makeDirectory(directory, { mode: 0o700 });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const message = `The directory ${directory} ${reason(error)}; choose another with ${option}`;
    throw new CliError('CLI_DIRECTORY_UNUSABLE', message, { cause: error });
  }
}

function reason(error: unknown): string {
  const reasons: Record<string, string> = {
    EACCES: 'may not be written to',
    EEXIST: 'is a file or inside one',
    ENOENT: 'cannot be created there',
    ENOSPC: 'is on a full disk',
    ENOTDIR: 'is a file or inside one',
    EPERM: 'may not be written to',
    EROFS: 'is on a disk that can only be read',
  };
  return reasons[systemCode(error) ?? ''] ?? `cannot be used: ${messageOf(error)}`;
}
