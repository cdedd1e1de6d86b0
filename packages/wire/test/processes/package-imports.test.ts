import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const packageDirectory = fileURLToPath(new URL('../../', import.meta.url));

/** What `#gzip` is where those conditions hold, from the package's directory. */
function gzipUnder(...conditions: string[]): string {
  const program = "console.log(import.meta.resolve('#gzip'))";
  const { stdout } = spawnSync(
    process.execPath,
    [...conditions.map((name) => `--conditions=${name}`), '--input-type=module', '--eval', program],
    { cwd: packageDirectory, encoding: 'utf8' },
  );
  return fileURLToPath(stdout.trim()).slice(packageDirectory.length);
}

test('a page gets gzip without Node, a program gets zlib, from the build and from the sources', () => {
  expect(gzipUnder()).toBe('dist/frames/gzip.js');
  expect(gzipUnder('browser')).toBe('dist/frames/gzip-browser.js');
  expect(gzipUnder('source')).toBe('src/frames/gzip.ts');
  expect(gzipUnder('source', 'browser')).toBe('src/frames/gzip-browser.ts');
});
