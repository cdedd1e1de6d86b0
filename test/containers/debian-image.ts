/**
 * Images made of this machine's own Debian packages. No registry of images can be reached from the machines that run these
 * tests, so they stand for the official ones: Node, PostgreSQL and HAProxy as Debian has them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Docker } from './docker.ts';

/** What an image is made of. */
export interface DebianImage {
  readonly tag: string;
  readonly packages: readonly string[];
  /** Further files and directories of this machine, by their absolute paths. */
  readonly files?: readonly string[];
  /** Instructions of a Dockerfile: `ENV`, `ENTRYPOINT`, `USER`, `CMD`. */
  readonly changes?: readonly string[];
}

/** What a slim image has: the packages that Debian calls essential, and what they need. */
const essential = [
  'base-files',
  'bash',
  'dash',
  'coreutils',
  'dpkg',
  'findutils',
  'grep',
  'gzip',
  'libc-bin',
];
const always = ['mawk', 'sed', 'tar', 'util-linux', 'perl-base', 'login', 'hostname', 'ca-certificates'];
const etc = ['passwd', 'group', 'ld.so.cache', 'ssl/certs', 'alternatives', 'nsswitch.conf'];
const unneeded = /^\/usr\/share\/(?:man|locale|info|doc\/(?!.*\/copyright$)|lintian|bug)\b/;

interface Installed {
  /** What each package depends on; of alternatives every one. */
  readonly depends: ReadonlyMap<string, readonly string[]>;
  /** Who provides a name that no package has. */
  readonly providers: ReadonlyMap<string, string>;
}

function installedPackages(): Installed {
  const lines = execFileSync(
    'dpkg-query',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a format of dpkg.
    ['--show', '--showformat=${db:Status-Abbrev}|${Package}|${Provides}|${Pre-Depends}, ${Depends}\n'],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  ).split('\n');
  const rows = lines.filter((line) => line.startsWith('ii')).map((line) => line.split('|'));
  const words = (text: string) =>
    [...text.matchAll(/(?:^|[,|])\s*([a-z0-9][\w.+-]+)/g)].map(([, name]) => name!);
  return {
    depends: new Map(rows.map(([, name, , ...depends]) => [name!, words(depends.join('|'))])),
    providers: new Map(rows.flatMap(([, name, provides]) => words(provides!).map((each) => [each, name!]))),
  };
}

function closureOf(names: readonly string[]): string[] {
  const { depends, providers } = installedPackages();
  const closure = new Set(names);
  for (const name of closure)
    for (const other of depends.get(name) ?? [])
      closure.add(depends.has(other) ? other : (providers.get(other) ?? other));
  return [...closure].filter((name) => depends.has(name));
}

function filesOf(packages: readonly string[]): string[] {
  const listed = execFileSync('dpkg-query', ['--listfiles', ...packages], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  }).split('\n');
  return listed.filter((path) => path.startsWith('/') && path !== '/.' && !unneeded.test(path));
}

/** A path as it is in a tree whose /bin and /lib are links: without them, tar would make directories there. */
function place(path: string): string {
  const directory = dirname(path);
  return join(existsSync(directory) ? realpathSync(directory) : directory, basename(path));
}

/** Whether this machine has all of `packages`. */
export function hasPackages(packages: readonly string[]): boolean {
  const { depends } = installedPackages();
  return packages.every((name) => depends.has(name));
}

/** Imports an image that is not there yet. */
export function importDebianImage(docker: Docker, image: DebianImage): void {
  const { tag, packages, files = [], changes = [] } = image;
  if (docker.succeeds(['image', 'inspect', tag])) return;
  const whole = [...files, ...etc.map((name) => `/etc/${name}`)].filter((path) => existsSync(path));
  const isInWhole = (path: string) => whole.some((each) => path === each || path.startsWith(`${each}/`));
  // Debian's shell and awk are links that no package lists.
  const links = ['/bin', '/lib', '/lib64', '/sbin', '/usr/bin/sh', '/usr/bin/awk'].filter((path) =>
    existsSync(path),
  );
  const listed = filesOf(closureOf([...essential, ...always, ...packages])).map(place);
  const single = [...new Set([...links, '/tmp', ...listed])].filter(
    (path) => !isInWhole(path) && lstatSync(path, { throwIfNoEntry: false }),
  );
  const directory = mkdtempSync(join(tmpdir(), 'inkwire-image-'));
  const list = join(directory, 'files');
  writeFileSync(list, single.map((path) => path.slice(1)).join('\n'));
  const tarball = join(directory, 'image.tar');
  const tar = (...args: string[]) => execFileSync('tar', ['-C', '/', ...args], { stdio: 'inherit' });
  tar('-cf', tarball, '--no-recursion', '-T', list);
  tar('-rf', tarball, ...whole.map((path) => path.slice(1)));
  docker.run(['import', ...changes.flatMap((change) => ['--change', change]), tarball, tag]);
  rmSync(directory, { recursive: true });
}
