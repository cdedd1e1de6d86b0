// Builds every package with `tsc -b` and the page with Vite; run as a program it always builds.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.cache', 'inkwire-built');
const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    // Vitest says `test`, and Vite would then put Preact's development build, a third larger, into the page.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function filesIn(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Everything that decides what a build makes: sources, the page's files, configurations, the tools' versions, this program. */
export function inputs() {
  const isConfiguration = (name) =>
    /^(package.*\.json|tsconfig.*\.json|vite\.config\.ts|index\.html)$/.test(name);
  return [
    fileURLToPath(import.meta.url),
    ...[root, ...packages].flatMap((directory) =>
      readdirSync(directory)
        .filter(isConfiguration)
        .map((name) => join(directory, name)),
    ),
    ...packages.flatMap((directory) => ['src', 'public'].flatMap((name) => filesIn(join(directory, name)))),
  ].filter((file) => !file.endsWith('.test.ts'));
}

/** One hash over the names and the contents of files, so that a deletion counts and a checkout's new times do not. */
export function digest(files = inputs()) {
  const hash = createHash('sha256');
  for (const file of files.toSorted()) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Removes what an earlier build made of sources that have gone since. */
function removeOrphans() {
  for (const directory of packages) {
    const [sources, built] = [join(directory, 'src'), join(directory, 'dist')];
    for (const file of filesIn(built)) {
      const stem = /^(.+?)(\.d)?\.[jt]s(\.map)?$/.exec(file)?.[1];
      if (stem === undefined || file.includes(`${sep}page${sep}`)) continue;
      const source = join(sources, stem.slice(built.length));
      if (!['.ts', '.tsx'].some((ending) => existsSync(source + ending))) rmSync(file);
    }
  }
}

export function build() {
  const built = digest();
  removeOrphans();
  run('npx', ['--no-install', 'tsc', '-b']);
  run('npm', ['run', '--silent', 'build', '-w', '@inkwire/web']);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, built);
}

export function ensureBuilt() {
  const isBuilt = packages.every((directory) => existsSync(join(directory, 'dist')));
  if (isBuilt && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest()) return;
  console.error('Building Inkwire …');
  build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
