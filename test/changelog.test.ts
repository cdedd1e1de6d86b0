import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import getReleasePlan from '@changesets/get-release-plan';
import { expect, test } from 'vitest';
import { changelogEntry, withEntry } from '../scripts/changelog.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

test('an entry of the changelog says what breaks first, and which packages each change is in', () => {
  const changesets = [
    { summary: 'A lease ends\nonce.\n', releases: [{ name: '@inkwire/pool', type: 'patch' }] },
    {
      summary: '`send` takes a signal.',
      releases: [
        { name: '@inkwire/wire', type: 'major' },
        { name: '@inkwire/kv', type: 'minor' },
      ],
    },
  ];
  expect(changelogEntry('0.2.0', '2026-12-01', changesets)).toBe(
    '## 0.2.0 - 2026-12-01\n\n' +
      '### Breaking\n\n- `kv`, `wire`: `send` takes a signal.\n\n' +
      '### Fixed\n\n- `pool`: A lease ends\n  once.\n',
  );
});

test('a new entry stands above the older ones', () => {
  expect(withEntry('# Changelog\n\n## 0.1.0\n', '## 0.2.0\n')).toBe('# Changelog\n\n## 0.2.0\n\n## 0.1.0\n');
});

test('the changelog has an entry for the version of the repository', () => {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  expect(readFileSync(`${root}CHANGELOG.md`, 'utf8')).toContain(`\n## ${version} - `);
});

test('every changeset names packages that exist', async () => {
  const { changesets } = await getReleasePlan(root);
  for (const { summary } of changesets) expect(summary).not.toBe('');
});
