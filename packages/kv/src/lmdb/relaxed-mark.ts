import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@inkwire/base';

/*
 * Without flushes, what a crash of the machine leaves of a file is any mixture of old and new pages. So `relaxed` lies
 * beside the data while it may be unflushed, and names the machine's boot. Found after another boot, every page is looked at
 * before LMDB is let near the file. After a mere `kill -9` the boot is the same, and the system has everything.
 */

const markOf = (directory: string): string => join(directory, 'relaxed');

/** Linux's name of this boot; elsewhere none is known, and every start counts as another. */
async function bootId(): Promise<string | undefined> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined))?.trim();
}

/** Whether the machine stopped while the data was unflushed. */
export async function wasCutOff(directory: string): Promise<boolean> {
  try {
    return (await readFile(markOf(directory), 'utf8')) !== (await bootId());
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

export async function markRelaxed(directory: string): Promise<void> {
  await writeFile(markOf(directory), (await bootId()) ?? '');
}

/** Everything was flushed. */
export async function unmarkRelaxed(directory: string): Promise<void> {
  await rm(markOf(directory), { force: true });
}
