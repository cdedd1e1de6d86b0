// Builds every package with `tsc -b` and the page with Vite; run as a program it always builds.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.cache', 'inkwire-built');
const packages = join(root, 'packages');

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

export function build() {
  run('npx', ['--no-install', 'tsc', '-b']);
  run('npm', ['run', '--silent', 'build', '-w', '@inkwire/web']);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}

/** Whether a source of a package is newer than the last build. */
function isStale() {
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  const isNewer = (file) => statSync(file).mtimeMs > built;
  return readdirSync(packages).some((name) => {
    const sources = join(packages, name, 'src');
    if (!existsSync(join(packages, name, 'dist'))) return true;
    return readdirSync(sources, { recursive: true }).some((file) => isNewer(join(sources, file)));
  });
}

export function ensureBuilt() {
  if (isStale()) {
    console.error('Building Inkwire …');
    build();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
