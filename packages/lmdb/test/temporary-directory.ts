import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new directory that goes away with the test, in `root` (default: the system's). */
export async function temporaryDirectory(root = tmpdir()): Promise<string> {
  const directory = await mkdtemp(join(root, 'inkwire-lmdb-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
