import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every code in the packages' `…ErrorCode` unions. */
function codesInSource(): string[] {
  return readdirSync(`${root}packages`).flatMap((name) => {
    const file = `${root}packages/${name}/src/errors.ts`;
    if (!existsSync(file)) return [];
    const unions = readFileSync(file, 'utf8').matchAll(/export type \w+ErrorCode\s*=([^;]+);/g);
    return [...unions].flatMap(([, union]) => [...union!.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code!));
  });
}

/** Every code in the first column of the tables of docs/errors.md. */
function codesInDocumentation(): string[] {
  const text = readFileSync(`${root}docs/errors.md`, 'utf8');
  return [...text.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, code]) => code!);
}

test('docs/errors.md lists every code that a package can raise, once, and no other', () => {
  const inSource = codesInSource().sort();
  expect(inSource.length).toBeGreaterThan(10);
  expect(codesInDocumentation().sort()).toEqual(inSource);
});
