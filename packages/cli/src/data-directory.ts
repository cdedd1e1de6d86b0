import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { messageOf, systemCode } from '@inkwire/base';
import { CliError } from './errors.ts';

/**
 * Makes sure that the data directory is there and can be written to. A new one is for its owner alone (0700); one that
 * exists keeps its mode. Throws `CLI_DATA_UNUSABLE`.
 */
export async function prepareDataDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const message = `The data directory ${directory} ${reason(error)}; choose another with --data DIR`;
    throw new CliError('CLI_DATA_UNUSABLE', message, { cause: error });
  }
}

function reason(error: unknown): string {
  const reasons: Record<string, string> = {
    EACCES: 'may not be written to',
    EEXIST: 'is a file',
    ENOENT: 'cannot be created there',
    ENOSPC: 'is on a full disk',
    ENOTDIR: 'is inside a file',
    EPERM: 'may not be written to',
    EROFS: 'is on a disk that can only be read',
  };
  const code = systemCode(error);
  return reasons[code ?? ''] ?? `cannot be used: ${messageOf(error)}`;
}
