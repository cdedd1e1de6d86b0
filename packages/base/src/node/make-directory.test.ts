import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDirectory } from './make-directory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkwire-base-'));
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

it('makes a directory and those above it, with the mode that was asked for', async () => {
  await makeDirectory(join(folder, 'a', 'b'), { mode: 0o700 });
  expect([await modeOf(join(folder, 'a')), await modeOf(join(folder, 'a', 'b'))]).toEqual([0o700, 0o700]);
  await makeDirectory(join(folder, 'c'));
  expect(await modeOf(join(folder, 'c'))).toBe(0o777 & ~process.umask());
});

it('leaves the mode of one that exists', async () => {
  await chmod(folder, 0o750);
  await makeDirectory(folder, { mode: 0o700 });
  expect(await modeOf(folder)).toBe(0o750);
});

it('may be asked several times at the same time', async () => {
  const path = join(folder, 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 8 }, () => makeDirectory(path)));
  expect((await stat(path)).isDirectory()).toBe(true);
});

it('rejects with what is in the way', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(makeDirectory(file)).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeDirectory(join(file, 'below'))).rejects.toMatchObject({ code: 'EEXIST' });
});

// The system's own `mkdir -p` would go on for ever here, on Node 20.
it.runIf(existsSync('/proc/self'))('ends where the system takes no directory (needs /proc)', async () => {
  await expect(makeDirectory('/proc/inkwire/data')).rejects.toMatchObject({ code: 'ENOENT' });
});
