import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareWritableDirectory } from './writable-directory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkwire-directory-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('creates a directory that only its owner can enter, with those above it', async () => {
  await prepareWritableDirectory(join(folder, 'deep', 'data'), '--data DIR');
  expect((await stat(join(folder, 'deep'))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'deep', 'data'))).mode & 0o777).toBe(0o700);
});

it('leaves the mode of one that exists', async () => {
  await chmod(folder, 0o750);
  await prepareWritableDirectory(folder, '--data DIR');
  expect((await stat(folder)).mode & 0o777).toBe(0o750);
});

it('may be asked twice at the same time', async () => {
  const path = join(folder, 'a', 'b');
  await Promise.all([
    prepareWritableDirectory(path, '--data DIR'),
    prepareWritableDirectory(path, '--data DIR'),
  ]);
});

it('says what is in the way, and ends where the system takes no directory', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(prepareWritableDirectory(file, '--data DIR')).rejects.toMatchObject({
    code: 'CLI_DIRECTORY_UNUSABLE',
    message: `The directory ${file} is a file or inside one; choose another with --data DIR`,
  });
  await expect(prepareWritableDirectory(join(file, 'deep'), '--out DIR')).rejects.toThrow(
    'inside one; choose',
  );
  await expect(prepareWritableDirectory('/proc/a/b', '--out DIR')).rejects.toThrow('cannot be created there');
});
