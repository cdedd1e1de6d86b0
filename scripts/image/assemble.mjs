/**
 * Lays the files of an image into an empty directory; the Dockerfile runs it in a built checkout.
 *
 *   node scripts/image/assemble.mjs DIRECTORY
 *
 * ```
 * DIRECTORY/
 *   app/node_modules/@inkwire/…   the packages, packed as `npm publish` packs them
 *   app/node_modules/…            what they need at run time, and the drivers, from the lock file
 *   app/health.mjs  app/sbom.cdx.json
 *   usr/local/bin/node  lib/…     Node and the libraries that it is linked with
 * ```
 *
 * Every file has the time of SOURCE_DATE_EPOCH, in seconds, so that one commit makes one image.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from '../pack.mjs';
import { runtimeClosure } from './closure.mjs';
import { filesIn, prune } from './prune.mjs';
import { billOfMaterials, debianPackagesOf } from './sbom.mjs';
import { copyLicences, copySystem } from './system.mjs';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const { packages: lock } = readJson(join(repository, 'package-lock.json'));
const { version } = readJson(join(repository, 'package.json'));

/** The drivers: what a package of ours names as an optional peer, and `serve` loads when a setting asks for it. */
const drivers = new Set(
  Object.entries(lock)
    .filter(([place]) => place.startsWith('packages/'))
    .flatMap(([, { peerDependenciesMeta = {} }]) => Object.keys(peerDependenciesMeta))
    .filter((name) => !name.startsWith('@inkwire/')),
);

const closure = (options) =>
  runtimeClosure({
    root: repository,
    lock,
    names: ['@inkwire/cli'],
    isDriver: (name) => drivers.has(name),
    ...options,
  });

function layPackages(app) {
  // npm makes no bill of a tree that lacks a peer, even one that holds types only.
  const places = closure({ withTypes: true });
  const ours = places.filter((place) => lock[place].link);
  const packed = mkdtempSync(join(tmpdir(), 'inkwire-packed-'));
  for (const { name, tarball } of pack(
    ours.map((place) => join(repository, lock[place].resolved)),
    packed,
  )) {
    const target = join(app, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
    // What npm could not place at the top of the tree.
    for (const place of places.filter((each) => each.startsWith(`packages/${basename(name)}/`)))
      copyPackage(place, join(target, place.slice(`packages/${basename(name)}/`.length)));
  }
  rmSync(packed, { recursive: true });
  for (const place of places)
    if (place.startsWith('node_modules/') && !lock[place].link) copyPackage(place, join(app, place));
  return places;
}

/** A package without those in it, which are places of their own. */
function copyPackage(place, target) {
  const source = join(repository, place);
  cpSync(source, target, { recursive: true, filter: (path) => path !== join(source, 'node_modules') });
}

/** What `npm ls` and `npm sbom` read: the root's dependencies, and the lock of what lies in `node_modules`. */
function writeManifests(app, places) {
  const direct = ['@inkwire/cli', ...[...drivers].filter((name) => places.includes(`node_modules/${name}`))];
  const entryOf = (place) => (lock[place].link ? lock[lock[place].resolved] : lock[place]);
  const dependencies = Object.fromEntries(
    direct.map((name) => [name, entryOf(`node_modules/${name}`).version]),
  );
  const manifest = { name: 'inkwire', version, private: true, license: 'MIT', type: 'module', dependencies };
  writeFileSync(join(app, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const packages = Object.fromEntries(
    places.map((place) => {
      const { devDependencies: _, dev: __, ...entry } = entryOf(place);
      return [place.replace(/^packages\/(\w+)\//, 'node_modules/@inkwire/$1/'), entry];
    }),
  );
  const hidden = { name: 'inkwire', version, lockfileVersion: 3, requires: true, packages };
  writeFileSync(join(app, 'node_modules/.package-lock.json'), `${JSON.stringify(hidden, null, 2)}\n`);
}

/** Removes packages that hold types only, from the tree and from its bill. */
function removeTypes(app, bill, places) {
  const kept = new Set(closure());
  for (const place of places.filter((each) => !kept.has(each))) {
    rmSync(join(app, place), { recursive: true });
    const name = place.slice('node_modules/'.length);
    const gone = bill.components.filter((each) =>
      each.purl.startsWith(`pkg:npm/${name.replace('@', '%40')}@`),
    );
    const references = new Set(gone.map((each) => each['bom-ref']));
    bill.components = bill.components.filter((each) => !references.has(each['bom-ref']));
    bill.dependencies = bill.dependencies
      .filter(({ ref }) => !references.has(ref))
      .map(({ ref, dependsOn = [] }) => ({
        ref,
        dependsOn: dependsOn.filter((each) => !references.has(each)),
      }));
  }
}

function setTimes(directory, time) {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    lutimesSync(join(entry.parentPath, entry.name), time, time);
  lutimesSync(directory, time, time);
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const sizeOf = (directory) => filesIn(directory).reduce((sum, { size }) => sum + size, 0);

function assemble(root) {
  if (existsSync(root) && readdirSync(root).length > 0) throw new Error(`${root} is not empty`);
  const app = join(root, 'app');
  mkdirSync(join(app, 'node_modules'), { recursive: true });
  const created = new Date(Number(process.env.SOURCE_DATE_EPOCH || 0) * 1000);

  const places = layPackages(app);
  console.log(`installed: ${places.length} packages, ${megabytes(sizeOf(app))}`);
  for (const { what, files, bytes } of prune(app))
    console.log(`  less ${megabytes(bytes)}: ${what} (${files} files)`);
  writeManifests(app, places);
  copyFileSync(join(dirname(fileURLToPath(import.meta.url)), 'health.mjs'), join(app, 'health.mjs'));

  const binaries = filesIn(app)
    .filter(({ name }) => /\.node$|\.so(?:\.\d+)*$/.test(name))
    .map(({ path }) => path);
  const system = copySystem(root, { binaries, tree: realpathSync(root) });
  const debian = debianPackagesOf(system);
  copyLicences(root, debian);
  const bill = billOfMaterials({ app, version, debian, created });
  removeTypes(app, bill, places);
  writeFileSync(join(app, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
  console.log(`image: ${megabytes(sizeOf(root))}, of which ${megabytes(sizeOf(app))} in /app`);
  setTimes(root, created);
}

assemble(process.argv[2]);
