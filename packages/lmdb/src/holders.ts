import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@inkwire/base';

/**
 * The processes that have the data file of a directory open. LMDB's own list has only those that are reading, so the locks
 * on `lock.mdb` are asked for, which each of them holds. Undefined where the system does not list locks: only Linux does.
 *
 * A process in another PID namespace, such as another container, may be missing.
 */
export async function holdersOf(directory: string): Promise<readonly number[] | undefined> {
  let locks: string;
  try {
    locks = await readFile('/proc/locks', 'utf8');
  } catch {
    return undefined;
  }
  try {
    const { ino } = await stat(join(directory, 'lock.mdb'));
    // `15: POSIX  ADVISORY  READ 26570 fe:00:10321924 0 0`
    const lines = locks.matchAll(/^\d+: POSIX +ADVISORY +\w+ +(?<pid>\d+) \w+:\w+:(?<inode>\d+) /gm);
    const its = [...lines].filter(({ groups }) => Number(groups!.inode) === ino);
    return [...new Set(its.map(({ groups }) => Number(groups!.pid)))];
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
