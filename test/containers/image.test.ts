import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { imageFacts } from '../../scripts/image.mjs';
import { Docker } from './docker.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const docker = new Docker(inject('dockerHost'));
const image = inject('image');
const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

let directory: string;
let files: string[];

/** Everything that is in the image, laid into a directory. */
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'inkwire-image-'));
  const container = docker.run(['create', image]);
  docker.run(['export', '--output', `${directory}/image.tar`, container]);
  docker.run(['rm', container]);
  execFileSync('tar', ['-xf', `${directory}/image.tar`, '-C', directory]);
  rmSync(`${directory}/image.tar`);
  files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
});

afterAll(() => rmSync(directory, { recursive: true }));

/** The packages that are installed, by name and version. */
function installed(): string[] {
  const manifests = files.filter((file) => /node_modules\/(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(file));
  return manifests.map((file) => {
    const { name, version } = readJson(join(directory, file));
    return `${name}@${version}`;
  });
}

test('the labels name the commit, the version and the time that the image is of', () => {
  const { version, revision, created } = imageFacts();
  expect(docker.inspect(image, '.Config.Labels')).toMatchObject({
    'org.opencontainers.image.title': 'Inkwire',
    'org.opencontainers.image.licenses': 'MIT',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.revision': revision,
    'org.opencontainers.image.created': created,
  });
});

test('the image is smaller than 350 MB', () => {
  const size = docker.inspect(image, '.Size') as number;
  console.log(`image: ${(size / 1e6).toFixed(1)} MB`);
  expect(size).toBeLessThan(350e6);
});

test('it runs as nobody in particular, has a health check, and ends on SIGTERM', () => {
  expect(docker.inspect(image, '.Config')).toMatchObject({
    User: '65532:65532',
    StopSignal: 'SIGTERM',
    Healthcheck: { Test: ['CMD', '/usr/local/bin/node', '/app/health.mjs'] },
    Volumes: { '/data': {} },
  });
});

test('there is no shell and no package manager in it, and no binary of another system', () => {
  expect(files.filter((file) => /\/(?:sh|bash|dash|busybox|apt|dpkg|npm|npx|corepack)$/.test(file))).toEqual(
    [],
  );
  expect(files.filter((file) => /\.(?:dll|dylib|exe)$/.test(file))).toEqual([]);
});

test('no dependency of the development is in it', () => {
  const manifests = ['.', ...readdirSync(`${root}packages`).map((name) => `packages/${name}`)];
  const { packages: lock } = readJson(`${root}package-lock.json`);
  const runtime = new Set(installed().map((each) => each.replace(/@[^@]+$/, '')));
  const named = manifests.flatMap((each) =>
    Object.keys(readJson(join(root, each, 'package.json')).devDependencies ?? {}),
  );
  // Drivers are needed by the tests too; what else both need is no dependency of the development alone.
  const drivers = new Set(
    Object.values<{ peerDependencies?: object }>(lock).flatMap(({ peerDependencies }) =>
      Object.keys(peerDependencies ?? {}),
    ),
  );
  const only = named.filter((name) => lock[`node_modules/${name}`]?.dev && !drivers.has(name));
  expect(only).toEqual(expect.arrayContaining(['vitest', '@biomejs/biome', 'playwright-core']));
  expect(only.filter((name) => runtime.has(name))).toEqual([]);
  expect(existsSync(join(directory, 'app/node_modules/pg'))).toBe(true);
});

test('no source, no secret and no file of the repository’s own tools is in it', () => {
  const ours = files.filter((file) => file.startsWith('app/'));
  expect(ours.filter((file) => /\.(?:ts|tsx|map|c|cc|h)$/.test(file))).toEqual([]);
  expect(
    ours.filter((file) => /(?:^|\/)(?:\.env[^/]*|\.git|\.npmrc|\.ci|id_\w+)$|\.(?:pem|key)$/.test(file)),
  ).toEqual([]);
  expect(files.filter((file) => /^(?:src|root|home|work)\//.test(file))).toEqual([]);
  expect(readdirSync(join(directory, 'app')).sort()).toEqual([
    'health.mjs',
    'node_modules',
    'package.json',
    'sbom.cdx.json',
  ]);
});

test('the bill of materials lists exactly the packages that are installed, Node and the C library', () => {
  const bill = readJson(join(directory, 'app/sbom.cdx.json'));
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'inkwire' } } });
  const components: { purl: string; name: string; version: string }[] = bill.components;
  const ofNpm = components.filter(({ purl }) => purl.startsWith('pkg:npm/'));
  const names = ofNpm.map(({ purl }) =>
    decodeURIComponent(purl.replace(/^pkg:npm\//, '')).replace(/\?.*/, ''),
  );
  expect(names.sort()).toEqual([...new Set(installed())].sort());
  const node = docker.run([
    'run',
    '--rm',
    '--network',
    'none',
    '--entrypoint',
    '/usr/local/bin/node',
    image,
    '--version',
  ]);
  expect(components.find(({ name }) => name === 'node')?.version).toBe(node.slice(1));
  expect(components.some(({ purl }) => /^pkg:deb\/debian\/libc6@/.test(purl))).toBe(true);
});
