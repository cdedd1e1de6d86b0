import { existsSync } from 'node:fs';
import { copyFile, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { flushDirectory, makeDirectory } from '@inkwire/base/node';
import { CliError } from '../errors.ts';
import { prepareWritableDirectory } from '../files/writable-directory.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type BackupFile, describeFile, type Manifest, writeManifest } from './manifest.ts';

/** Where the parts of a backup come from, and where a restore puts them; a part that is elsewhere is missing. */
export function partsOf({ data, readings, tables }: Configuration): ReadonlyMap<BackupFile, string> {
  const parts = new Map<BackupFile, string>();
  if (readings.engine === 'lmdb') parts.set('readings/data.mdb', readings.directory);
  if (tables.engine === 'lmdb') parts.set('tables/data.mdb', tables.directory);
  return parts.set('leases.json', join(data, 'leases.json'));
}

/**
 * Copies the embedded store of a server into a directory, while the server runs. It is `DIR.part` until everything in it is
 * on the disk and was checked. Throws `CLI_OUT_OCCUPIED` for a directory with something in it, `CLI_DATA_MISSING` where nothing is
 * kept, and what the stores throw.
 */
export async function backup(configuration: Configuration, directory: string): Promise<Manifest> {
  const to = resolve(directory);
  await expectFree(to);
  const part = `${to}.part`;
  // Of a backup that was interrupted: nobody else makes such a name.
  await rm(part, { recursive: true, force: true });
  await prepareWritableDirectory(part, 'inkwire backup DIR');
  const manifest = await copyParts(configuration, part);
  await writeManifest(part, manifest);
  await flushDirectory(part);
  await rename(part, to);
  await flushDirectory(dirname(to));
  return manifest;
}

async function copyParts(configuration: Configuration, part: string): Promise<Manifest> {
  const files: Manifest['files'] = {};
  let readings: number | undefined;
  for (const [name, from] of partsOf(configuration)) {
    const source = name.endsWith('.mdb') ? join(from, 'data.mdb') : from;
    if (!existsSync(source)) continue;
    const to = join(part, name);
    if (name === 'readings/data.mdb') {
      const { backupLmdbReadings } = await import('@inkwire/readings/lmdb');
      readings = await backupLmdbReadings(from, dirname(to));
    } else if (name === 'tables/data.mdb') {
      const { backupLmdbTables } = await import('@inkwire/kv/lmdb');
      await backupLmdbTables(from, dirname(to));
    } else await copyFlushed(from, to);
    files[name] = await describeFile(to);
  }
  if (Object.keys(files).length === 0)
    throw new CliError(
      'CLI_DATA_MISSING',
      `Nothing is kept in ${configuration.data}; name another place with --data DIR`,
    );
  const time = new Date().toISOString();
  return { inkwire: 'backup', version: 1, time, ...(readings !== undefined && { readings }), files };
}

/** Throws `CLI_OUT_OCCUPIED` unless there is no such directory, or nothing is in it. */
export async function expectFree(directory: string): Promise<void> {
  if (existsSync(directory) && (await readdir(directory)).length > 0)
    throw new CliError('CLI_OUT_OCCUPIED', `${directory} has something in it; name another directory`);
}

/** Copies a file so that it is on the disk when this resolves. */
export async function copyFlushed(from: string, to: string): Promise<void> {
  await makeDirectory(dirname(to), { mode: 0o700 });
  await copyFile(from, to);
  await using file = await open(to, 'r+');
  await file.sync();
  await flushDirectory(dirname(to));
}
