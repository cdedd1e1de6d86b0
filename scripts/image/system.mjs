/** The part of the base image that Node needs: its binary, the C library and what the packages' binaries are linked with. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { stripped } from './prune.mjs';

/** The user of the container, by the number that images without a shell have come to use. */
export const user = 65532;

/** Where a binary finds each library, and the loader itself. Libraries that lie in the tree are found there. */
function librariesOf(binary) {
  const printed = execFileSync('ldd', [binary], { encoding: 'utf8' });
  return [...printed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path);
}

/** Keeps the name that the loader asks for, with the contents of the file behind it. */
function copyUnderName(path, root) {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(realpathSync(path), target);
}

/**
 * Copies into `root`, and says which files of the base image that were.
 * @param {string} root
 * @param {{ binaries: readonly string[], tree: string }} needs binaries of the installed tree
 * @returns {string[]}
 */
export function copySystem(root, { binaries, tree }) {
  for (const directory of ['usr/bin', 'usr/lib', 'usr/lib64', 'usr/sbin', 'etc', 'tmp'])
    mkdirSync(join(root, directory), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  // As in the base image: the loader is asked for as /lib64/…, and may lie in /usr.
  for (const directory of ['bin', 'lib', 'lib64', 'sbin'])
    symlinkSync(`usr/${directory}`, join(root, directory));

  const node = realpathSync(process.execPath);
  const libraries = new Set(
    [node, ...binaries].flatMap(librariesOf).filter((path) => !path.startsWith(tree)),
  );
  const optional = ['/etc/ssl/certs/ca-certificates.crt', '/etc/nsswitch.conf', '/etc/os-release'];
  const files = [...libraries, ...optional.filter((path) => existsSync(path))];
  for (const path of files) copyUnderName(path, root);
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
  copyFileSync(node, join(root, 'usr/local/bin/node'));
  stripped([join(root, 'usr/local/bin/node')]);

  writeFileSync(
    join(root, 'etc/passwd'),
    `root:x:0:0:root:/:/nologin\ninkwire:x:${user}:${user}:inkwire:/data:/nologin\n`,
  );
  writeFileSync(join(root, 'etc/group'), `root:x:0:\ninkwire:x:${user}:\n`);
  return files;
}

/** Licences of Debian's packages, which stand beside their binaries in every image that has them. */
export function copyLicences(root, packages) {
  for (const { name } of packages) {
    const file = `/usr/share/doc/${name}/copyright`;
    if (existsSync(file)) cpSync(file, join(root, file));
  }
}
