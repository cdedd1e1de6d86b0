// Packs each package as npm would and holds it against publint and Are The Types Wrong.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../packages/', import.meta.url));
let failures = 0;

for (const name of readdirSync(packages)) {
  const directory = join(packages, name);
  for (const [command, ...args] of [
    ['publint', '--strict', '--level', 'warning'],
    ['attw', '--pack', '--profile', 'esm-only', '--quiet'],
  ]) {
    const { status, stdout, stderr } = spawnSync('npx', ['--no-install', command, ...args], {
      cwd: directory,
      encoding: 'utf8',
    });
    console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${command} @inkwire/${name}`);
    if (status !== 0) {
      failures++;
      console.error(stdout, stderr);
    }
  }
}
process.exitCode = failures === 0 ? 0 : 1;
