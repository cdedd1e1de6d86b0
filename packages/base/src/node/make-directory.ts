import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and those above it that are missing, each with `mode` (default 0o777, less the umask); one that
 * exists keeps its mode. Rejects with what the file system says.
 *
 * Not `mkdir({ recursive: true })`: on Node 20 that never returns where the parent exists and takes nothing, as /proc.
 */
export async function makeDirectory(
  directory: string,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const path = resolve(directory);
  if (await isDirectory(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeDirectory(parent, options);
  try {
    await mkdir(path, options);
  } catch (error) {
    // Another process may have been faster.
    if (!(await isDirectory(path))) throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
