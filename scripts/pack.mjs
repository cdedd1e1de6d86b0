// Packs packages as `npm publish` would: one tarball each, and the list of what is in it.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/** The directory of every package that is published. */
export function packageDirectories() {
  return readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, 'packages', entry.name))
    .filter((directory) => !JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).private);
}

/**
 * Packs into `destination`, and says what was packed in the order of the directories.
 * @param {readonly string[]} directories
 * @param {string} destination
 * @returns {{ name: string, directory: string, tarball: string, files: string[] }[]}
 */
export function pack(directories, destination) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination, ...directories];
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  return JSON.parse(stdout).map(({ name, filename, files }, index) => ({
    name,
    directory: directories[index],
    tarball: join(destination, filename.replace('@', '').replace('/', '-')),
    files: files.map(({ path }) => path),
  }));
}
