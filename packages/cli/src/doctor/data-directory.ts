import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '@inkwire/base';
import { holdersOf } from '@inkwire/lmdb';
import type { Configuration } from '../settings/configuration.ts';
import { type Check, type Finding, failure, ok, problem, warning } from './check.ts';

/** LMDB keeps some of it free for others, and writes nothing below that. */
const leastFreeBytes = 128 * 2 ** 20;
const littleFreeBytes = 2 ** 30;

/** Whether a directory is there, or can be made, and can be written to. */
export async function findDirectory(directory: string): Promise<Finding> {
  try {
    if (!(await stat(directory)).isDirectory())
      return problem(`${directory} is a file: name a directory with --data DIR`);
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok(`${directory} is there and can be written to`);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT')
      return problem(
        `${directory} cannot be written to: give it to the user of the server, or name another with --data DIR`,
      );
  }
  const parent = dirname(directory);
  if (parent === directory) return problem(`${directory} is missing`);
  const above = await findDirectory(parent);
  return above.state === 'ok' ? ok(`${directory} is not there yet and can be made`) : above;
}

/** Whether the disk of a directory has room. */
export function findRoom(freeBytes: number): Finding {
  const free = `${Math.floor(freeBytes / 2 ** 20)} MiB are free`;
  if (freeBytes < leastFreeBytes) return problem(`Only ${free} on the disk: nothing more will be kept`);
  return freeBytes < littleFreeBytes ? warning(`Only ${free} on the disk`) : ok(`${free} on the disk`);
}

/** A data file of a store: what opening it would say, and who has it open. */
async function findStore(
  what: string,
  directory: string,
  check: (directory: string) => Promise<boolean>,
): Promise<Finding[]> {
  try {
    if (!(await check(directory))) return [ok(`No ${what} are kept yet`)];
  } catch (error) {
    return [failure(error)];
  }
  const holders = (await holdersOf(directory)) ?? [];
  const others = holders.filter((pid) => pid !== process.pid);
  return [
    ok(`The ${what} are whole and of this version`),
    ...(others.length === 0
      ? []
      : [
          warning(`The ${what} are open in process ${others.join(', ')}: a server runs on this data already`),
        ]),
  ];
}

async function nearest(directory: string): Promise<string> {
  return (await stat(directory).catch(() => undefined)) ? directory : nearest(dirname(directory));
}

export const dataDirectoryCheck: Check = {
  subject: 'data directory',
  find: async ({ data }) => {
    const { bavail, bsize } = await statfs(await nearest(data));
    return [await findDirectory(data), findRoom(bavail * bsize)];
  },
};

export const embeddedStoreCheck: Check = {
  subject: 'embedded store',
  find: async ({ readings, tables }: Configuration) => {
    const findings: Finding[] = [];
    if (readings.engine === 'lmdb') {
      const { checkLmdbReadings } = await import('@inkwire/readings/lmdb');
      findings.push(...(await findStore('readings', readings.directory, checkLmdbReadings)));
    }
    if (tables.engine === 'lmdb') {
      const { checkLmdbTables } = await import('@inkwire/kv/lmdb');
      findings.push(...(await findStore('tables', tables.directory, checkLmdbTables)));
    }
    return findings;
  },
};
