import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = readdirSync(`${root}packages`);

/** What the last column of README.md's table of packages says: which others a package may import. */
const arrows = new Map(
  [...readFileSync(`${root}README.md`, 'utf8').matchAll(/^\| \[`(\w+)`\].*\|(.*)\|$/gm)].map(
    ([, name, others]) => [name!, names.filter((each) => others!.includes(`\`${each}\``))],
  ),
);

/** Those that it depends on, those that they depend on, and so on. */
function reachable(name: string): Set<string> {
  const found = new Set<string>();
  const waiting = [name];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop())
    for (const other of arrows.get(each) ?? []) {
      if (!found.has(other)) waiting.push(other);
      found.add(other);
    }
  return found;
}

/** Who imports whom: the packages named in the sources of a package, with the files that name them. */
function imported(name: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const sources = `${root}packages/${name}/src/`;
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' }))
    if (/(?<!\.test)\.tsx?$/.test(file))
      for (const [, other] of readFileSync(sources + file, 'utf8').matchAll(/['"]@inkwire\/(\w+)/g))
        if (other !== name) found.set(other!, [...(found.get(other!) ?? []), file]);
  return found;
}

/** Packages that are an option: only this folder of the sources may import them. */
const optional = [
  { importer: 'kv', other: 'lmdb', folder: 'lmdb/' },
  { importer: 'readings', other: 'lmdb', folder: 'lmdb/' },
  { importer: 'readings', other: 'pool', folder: 'postgres/' },
  { importer: 'pool', other: 'wire', folder: 'leases/' },
];

test('README.md has a row for every package, and no circle', () => {
  expect([...arrows.keys()].sort()).toEqual([...names].sort());
  for (const name of names) expect([...reachable(name)], name).not.toContain(name);
});

describe.each(names.filter((name) => name !== 'cli'))('%s', (name) => {
  test('imports only what it depends on in README.md', () => {
    for (const [other, files] of imported(name))
      expect([...reachable(name)], `${files.join(', ')} of ${name}`).toContain(other);
  });
});

test.each(optional)('$importer imports $other in $folder only', ({ importer, other, folder }) => {
  expect((imported(importer).get(other) ?? []).filter((file) => !file.startsWith(folder))).toEqual([]);
});
