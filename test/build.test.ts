import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { digest, inputs } from '../scripts/build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

it('a build depends on sources, the page, configurations, versions and the build itself, and on no test', () => {
  const files = inputs().map((file) => relative(root, file).replaceAll('\\', '/'));
  expect(files).toEqual(
    expect.arrayContaining([
      'scripts/build.mjs',
      'package-lock.json',
      'tsconfig.base.json',
      'packages/base/package.json',
      'packages/base/tsconfig.json',
      'packages/base/src/clock.ts',
      'packages/web/index.html',
      'packages/web/vite.config.ts',
      'packages/web/src/app.tsx',
    ]),
  );
  expect(files.filter((file) => /\.test\.ts$|\/(dist|node_modules)\//.test(file))).toEqual([]);
});

it('a build is stale when an input has other contents or another name, is new or is gone, and at no new time', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'inkwire-build-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const [a, b, c] = ['a', 'b', 'c'].map((name) => join(directory, name)) as [string, string, string];
  for (const file of [a, b, c]) await writeFile(file, 'one');
  const built = digest([a, b]);
  await utimes(a, 1, 1);
  expect(digest([b, a])).toBe(built);
  for (const files of [[a, c], [a, b, c], [a]]) expect(digest(files)).not.toBe(built);
  await writeFile(b, 'two');
  expect(digest([a, b])).not.toBe(built);
});
