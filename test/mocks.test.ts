import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('a module is mocked only in tests that have their modules to themselves', () => {
  const tests = readdirSync(`${root}packages`, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.test.ts') && !path.includes('node_modules'),
  );
  expect(tests.length).toBeGreaterThan(200);
  const mocking = tests.filter((path) =>
    /\bvi\.(do)?[mM]ock\(/.test(readFileSync(`${root}packages/${path}`, 'utf8')),
  );
  expect(mocking.length).toBeGreaterThan(0);
  expect(mocking.filter((path) => !path.includes('/test/mocks/'))).toEqual([]);
});
