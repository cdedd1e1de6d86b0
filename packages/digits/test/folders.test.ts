import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = readdirSync(`${root}src`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The folders that a folder's sources import, besides itself. */
function importedBy(folder: string): string[] {
  const files = readdirSync(`${root}src/${folder}`).filter((file) => !file.endsWith('.test.ts'));
  const found = files.flatMap((file) =>
    [...readFileSync(`${root}src/${folder}/${file}`, 'utf8').matchAll(/from '\.\.\/(\w+)\//g)].map(
      ([, other]) => other!,
    ),
  );
  return [...new Set(found)].sort();
}

test('the README says which folder imports which', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const rows = [...readme.matchAll(/^\| `(\w+)\/` *\|[^|]*\|([^|]*)\|$/gm)];
  const said = rows.map(([, folder, others]) => [
    folder!,
    [...others!.matchAll(/\w+(?=`)/g)].map(String).sort(),
  ]);
  expect(Object.fromEntries(said)).toEqual(
    Object.fromEntries(folders.map((folder) => [folder, importedBy(folder)])),
  );
});
