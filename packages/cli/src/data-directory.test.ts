import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareDataDirectory } from './data-directory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkwire-data-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('creates a directory that only its owner can enter', async () => {
  const directory = join(folder, 'deep', 'data');
  await prepareDataDirectory(directory);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

it('leaves the mode of one that exists', async () => {
  await chmod(folder, 0o750);
  await prepareDataDirectory(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o750);
});

it('says what is in the way', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(prepareDataDirectory(file)).rejects.toMatchObject({
    code: 'CLI_DATA_UNUSABLE',
    message: `The data directory ${file} is a file; choose another with --data DIR`,
  });
  await expect(prepareDataDirectory(join(file, 'data'))).rejects.toThrow('is inside a file');
});
