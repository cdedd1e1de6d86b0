import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { flushDirectory } from '@inkwire/base/node';
import { holdersOf } from '@inkwire/lmdb';
import { CliError } from '../errors.ts';
import { prepareWritableDirectory } from '../files/writable-directory.ts';
import type { Configuration } from '../settings/configuration.ts';
import { copyFlushed, partsOf } from './backup.ts';
import { type Manifest, readVerified } from './manifest.ts';

/** What a restore has done. */
export interface Restored {
  readonly manifest: Manifest;
  /** Where what was there before stands now. */
  readonly moved: readonly string[];
}

/** One part on its way back: a directory with its data file, or a file. */
interface Part {
  readonly from: string;
  readonly to: string;
  readonly isStore: boolean;
}

/**
 * Puts a backup in the place of an embedded store, after every file of it was checked. Throws `CLI_BACKUP_INVALID`,
 * `CLI_DATA_IN_USE` while a process has the store open, and `CLI_OUT_OCCUPIED` where something is kept, unless forced: that is then
 * moved aside and not removed.
 */
export async function restore(
  configuration: Configuration,
  directory: string,
  { force = false }: { readonly force?: boolean | undefined } = {},
): Promise<Restored> {
  const manifest = await readVerified(directory);
  const parts = partsIn(manifest, configuration, directory);
  for (const part of parts) await expectReplaceable(part, force);
  await prepareWritableDirectory(configuration.data, '--data DIR');
  // All copies before the first change: a disk that is full changes nothing.
  for (const { from, to, isStore } of parts) {
    await rm(fresh(to), { recursive: true, force: true });
    await copyFlushed(from, isStore ? join(fresh(to), 'data.mdb') : fresh(to));
  }
  const moved: string[] = [];
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
  for (const { to } of parts) {
    if (await isOccupied(to)) {
      const aside = `${to}.before-${time}`;
      await rename(to, aside);
      moved.push(aside);
    } else await rm(to, { recursive: true, force: true });
    await rename(fresh(to), to);
    await flushDirectory(dirname(to));
  }
  return { manifest, moved };
}

const fresh = (to: string): string => `${to}.restoring`;

function partsIn(manifest: Manifest, configuration: Configuration, directory: string): Part[] {
  const places = partsOf(configuration);
  return Object.keys(manifest.files).map((name) => {
    const to = places.get(name as keyof Manifest['files']);
    if (to === undefined)
      throw new CliError(
        'CLI_CONFIG_INVALID',
        `The backup has ${basename(dirname(name))} for the embedded store, and the configuration keeps them elsewhere`,
      );
    return { from: join(directory, name), to, isStore: name.endsWith('.mdb') };
  });
}

async function expectReplaceable({ to, isStore }: Part, force: boolean): Promise<void> {
  const holders = isStore ? await holdersOf(to) : [];
  if (holders !== undefined && holders.length > 0)
    throw new CliError('CLI_DATA_IN_USE', `${to} is in use by process ${holders.join(', ')}; end it first`, {
      retryable: true,
    });
  if (!force && (await isOccupied(to)))
    throw new CliError('CLI_OUT_OCCUPIED', `${to} has something in it; with --force that is moved aside`);
}

async function isOccupied(path: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  return (await readdir(path).catch(() => ['a file'])).length > 0;
}
