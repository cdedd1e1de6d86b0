// `npm run bench -- SUBJECT [--options]`: installs the peers once, builds, and runs bench/SUBJECT/*.ts one after another.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bench = join(root, 'bench');
const [subject, ...options] = process.argv.slice(2);
const subjects = readdirSync(bench, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['node_modules', 'dist', 'results'].includes(entry.name))
  .map((entry) => entry.name);

if (!subjects.includes(subject)) {
  console.error(`Usage: npm run bench -- ${subjects.join('|')} [options]`);
  process.exit(2);
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

ensureBuilt();
if (!existsSync(join(bench, 'node_modules'))) run('npm', 'ci', '--prefix', 'bench');
run('npx', '--no-install', 'tsc', '-p', 'bench');
run('node', '--expose-gc', join(bench, 'dist', subject, 'index.js'), ...options);
