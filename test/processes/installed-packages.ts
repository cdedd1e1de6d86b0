/**
 * The packages as npm would install them into an empty project: packed, unpacked, and beside each package the dependencies
 * that it declares.
 *
 * ```
 * directory/
 *   packed/inkwire-kv-0.1.0.tgz
 *   projects/kv/node_modules/@inkwire/kv/                    unpacked
 *   projects/kv/node_modules/@inkwire/kv/node_modules/lmdb → the repository's
 *   projects/kv/node_modules/@inkwire/wire/                  because kv depends on it
 * ```
 *
 * Links in place of downloads need no network. With `INKWIRE_NPM=1`, `npm install` fills each project from the registry instead.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pack, packageDirectories } from '../../scripts/pack.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

export const packageNames: readonly string[] = packageDirectories().map((directory) => basename(directory));

/** Makes an empty project in `directory/projects/NAME`, installs packages into it, and returns where it is. */
export type CreateProject = (name: string, packages: readonly string[]) => Promise<string>;

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path, 'junction');
}

function dependenciesOf(name: string): string[] {
  const manifest = join(root, 'packages', basename(name), 'package.json');
  return Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).dependencies ?? {});
}

/** Packages, and those of ours that they depend on. */
function closureOf(packages: readonly string[]): Set<string> {
  const closure = new Set(packages);
  for (const name of closure)
    for (const dependency of dependenciesOf(name))
      if (dependency.startsWith('@inkwire/')) closure.add(dependency);
  return closure;
}

/** Where the repository has what one of its packages depends on. */
function locate(name: string, dependency: string): string {
  const modules = [join(root, 'packages', basename(name), 'node_modules'), join(root, 'node_modules')];
  const found = modules.map((directory) => join(directory, dependency)).find((place) => existsSync(place));
  if (found === undefined) throw new Error(`${name} depends on ${dependency}, which is not installed`);
  return found;
}

async function installLinks(project: string, packages: readonly string[], tarballs: Map<string, string>) {
  for (const name of closureOf(packages)) {
    const place = join(project, 'node_modules', name);
    await mkdir(place, { recursive: true });
    await run('tar', ['-xzf', tarballs.get(name)!, '-C', place, '--strip-components=1']);
    for (const dependency of dependenciesOf(name))
      if (!tarballs.has(dependency))
        await link(locate(name, dependency), join(place, 'node_modules', dependency));
  }
}

/** Every tarball is named, because no registry has the packages that these depend on. */
async function installFromRegistry(
  project: string,
  packages: readonly string[],
  tarballs: Map<string, string>,
) {
  const named = [...closureOf(packages)].map((name) => tarballs.get(name)!);
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...named], { cwd: project });
}

/** Packs every package into `directory`. */
export async function packInto(directory: string): Promise<CreateProject> {
  const packed = join(directory, 'packed');
  await mkdir(packed);
  const tarballs = new Map(pack(packageDirectories(), packed).map(({ name, tarball }) => [name, tarball]));
  const install = process.env.INKWIRE_NPM === '1' ? installFromRegistry : installLinks;
  return async (name, packages) => {
    const project = join(directory, 'projects', name);
    await mkdir(project, { recursive: true });
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
    await install(project, packages, tarballs);
    await link(join(root, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'));
    return project;
  };
}
