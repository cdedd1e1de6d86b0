// `npm run docs`: the API reference from the docstrings, in docs/api/. Installs TypeDoc once; any warning is an error.
//
// TypeDoc has a lockfile of its own in docs/reference/, because it reads TypeScript with the compiler's interface of
// version 6, which TypeScript 7 does not have.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './build.mjs';

const directory = fileURLToPath(new URL('../docs/reference/', import.meta.url));

function run(command, ...args) {
  const { status } = spawnSync(command, args, { cwd: directory, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

ensureBuilt();
if (!existsSync(join(directory, 'node_modules'))) run('npm', 'ci');
run('npx', '--no-install', 'typedoc');
