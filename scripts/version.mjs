// `npm run version-packages`: makes one new version of all packages out of .changeset/*.md, and its entry in CHANGELOG.md.
//
// Packages are released together and depend on each other's exact version. Changesets would answer a new version of an exact
// peer dependency with a major one, so peers may be anything while it runs, and are exact again afterwards.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import getReleasePlan from '@changesets/get-release-plan';
import { changelogEntry, withEntry } from './changelog.mjs';
import { packageDirectories } from './pack.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));

function edit(file, change) {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  change(manifest);
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}

function setPeers(version) {
  for (const directory of packageDirectories())
    edit(join(directory, 'package.json'), ({ peerDependencies = {} }) => {
      for (const name of Object.keys(peerDependencies))
        if (name.startsWith('@inkwire/')) peerDependencies[name] = version;
    });
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

setPeers('*');
const { changesets, releases } = await getReleasePlan(root);
const version = releases[0]?.newVersion;
if (version === undefined) {
  setPeers(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
  console.error('There is no changeset: write one with `npx changeset`');
  process.exit(1);
}
run('npx', '--no-install', 'changeset', 'version');
setPeers(version);
edit(join(root, 'package.json'), (manifest) => {
  manifest.version = version;
});
run('npm', 'install', '--package-lock-only');

const changelog = join(root, 'CHANGELOG.md');
const today = new Date().toISOString().slice(0, 10);
writeFileSync(
  changelog,
  withEntry(readFileSync(changelog, 'utf8'), changelogEntry(version, today, changesets)),
);
console.log(`Inkwire ${version}: read the changes, commit them, then \`npm run release\``);
