import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@inkwire/base';
import { z } from 'zod';
import { CliError } from '../errors.ts';

/*
 * A backup is a directory:
 *
 *     readings/data.mdb   the readings, where they are in the embedded store
 *     tables/data.mdb     the tables
 *     leases.json         the allocator's epoch and clients, where there is one
 *     backup.json         {"inkwire":"backup","version":1,"time":…,"readings":N,"files":{PATH:{"bytes":N,"sha256":…}}}
 *
 * `backup.json` is written last, and the directory gets its name after that.
 */

const manifest = z.strictObject({
  inkwire: z.literal('backup'),
  version: z.literal(1),
  time: z.string(),
  readings: z.int().min(0).optional(),
  files: z.partialRecord(
    z.enum(['readings/data.mdb', 'tables/data.mdb', 'leases.json']),
    z.strictObject({ bytes: z.int().min(0), sha256: z.string() }),
  ),
});

export type Manifest = z.infer<typeof manifest>;

/** A file of a backup, by its path in it. */
export type BackupFile = keyof Manifest['files'];

/** What a manifest says of a file. */
export async function describeFile(
  path: string,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

export async function writeManifest(directory: string, content: Manifest): Promise<void> {
  await using file = await open(join(directory, 'backup.json'), 'w', 0o600);
  await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
  await file.sync();
}

/** Reads the manifest, and every file that it names. Throws `CLI_BACKUP_INVALID` unless all is as it was written. */
export async function readVerified(directory: string): Promise<Manifest> {
  const invalid = (why: string, cause?: unknown) =>
    new CliError('CLI_BACKUP_INVALID', `${directory} is no whole backup: ${why}`, { cause });
  let content: Manifest;
  try {
    content = manifest.parse(JSON.parse(await readFile(join(directory, 'backup.json'), 'utf8')));
  } catch (error) {
    throw invalid('it has no backup.json of this version', error);
  }
  for (const [path, expected] of Object.entries(content.files)) {
    const found = await describeFile(join(directory, path)).catch((error) => {
      throw invalid(messageOf(error), error);
    });
    if (found.sha256 !== expected?.sha256) throw invalid(`${path} was changed`);
  }
  return content;
}
