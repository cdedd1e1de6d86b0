import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));

/** The files that each source file of a package loads: what it imports besides types. */
function importsOf(name: string): Map<string, string[]> {
  const sources = join(packages, name, 'src');
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' });
  return new Map(
    files
      .filter((file) => /(?<!\.test|\.d)\.tsx?$/.test(file))
      .map((file) => {
        const text = readFileSync(join(sources, file), 'utf8');
        const imports = text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^;']*?from\s+)?'(\.[^']+)'/gm);
        return [file, [...imports].map(([, other]) => join(file, '..', other!))];
      }),
  );
}

/** The first circle found, from a file back to itself; none is []. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const other of imports.get(file) ?? []) {
      const circle = visit(other, [...path, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

test('a circle is found, and named', () => {
  const imports = new Map([
    ['a', ['b', 'c']],
    ['b', []],
    ['c', ['d']],
    ['d', ['c']],
  ]);
  expect(circleIn(imports)).toEqual(['c', 'd', 'c']);
});

test.each(readdirSync(packages))('no file of %s loads itself by way of others', (name) => {
  const imports = importsOf(name);
  expect(imports.size).toBeGreaterThan(0);
  expect(circleIn(imports)).toEqual([]);
});
