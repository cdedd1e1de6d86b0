import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const packageDirectory = fileURLToPath(new URL('../../', import.meta.url));

/** What `#gzip` and `#text` are where those conditions hold, from the package's directory. */
function importsUnder(...conditions: string[]): string[] {
  const program = "for (const name of ['#gzip', '#text']) console.log(import.meta.resolve(name))";
  const { stdout } = spawnSync(
    process.execPath,
    [...conditions.map((name) => `--conditions=${name}`), '--input-type=module', '--eval', program],
    { cwd: packageDirectory, encoding: 'utf8' },
  );
  return stdout
    .trim()
    .split('\n')
    .map((url) => fileURLToPath(url).slice(packageDirectory.length));
}

test('a page gets gzip and texts without Node, a program with it, from the build and from the sources', () => {
  expect(importsUnder()).toEqual(['dist/frames/gzip.js', 'dist/codec/text.js']);
  expect(importsUnder('browser')).toEqual(['dist/frames/gzip-browser.js', 'dist/codec/text-browser.js']);
  expect(importsUnder('source')).toEqual(['src/frames/gzip.ts', 'src/codec/text.ts']);
  expect(importsUnder('source', 'browser')).toEqual([
    'src/frames/gzip-browser.ts',
    'src/codec/text-browser.ts',
  ]);
});
