import { open } from 'node:fs/promises';

/**
 * Flushes the list of a directory, which goes to the disk apart from its files: after it, a file that was renamed there keeps its
 * name. Systems that open no directory do not need it.
 */
export async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
