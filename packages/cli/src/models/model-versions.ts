import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Version } from './follow-changes.ts';

/** The model file that a directory holds after `train --out DIR`; any other path is taken for a model file itself. */
export async function modelFileAt(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? join(path, 'model.onnx') : path;
}

/** The model file at `path` as it is now, or undefined while there is none. */
export async function modelVersionAt(path: string): Promise<Version<string> | undefined> {
  const file = await modelFileAt(path);
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  // A file that is put in place by a rename has another inode even within the clock's resolution.
  return { value: file, stamp: [found.mtimeNs, found.size, found.ino].join(' ') };
}
