// Packs every package that is published, and holds what npm would send against our own rules, publint, and Are The Types Wrong.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack, packageDirectories } from './pack.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const { version } = readJson(join(root, 'package.json'));
const license = readFileSync(join(root, 'LICENSE'), 'utf8');

/** Files that nobody needs who installs the package. */
const unwanted = /\.tsbuildinfo$|\.test\.|(^|\/)(test|node_modules)\/|\.tgz$/;

function filesFaults({ directory, files }) {
  const faults = files
    .filter((file) => unwanted.test(file))
    .map((file) => `${file} does not belong into a package`);
  const maps = files.filter((file) => file.endsWith('.map'));
  for (const map of maps) {
    const { sources, sourcesContent } = readJson(join(directory, map));
    const missing = sources.filter((source, index) => {
      const file = posix.join(posix.dirname(map), source);
      return !files.includes(file) && typeof sourcesContent?.[index] !== 'string';
    });
    for (const source of missing)
      faults.push(`${map} names ${source}, which is not in the package: build it anew`);
  }
  if (!files.includes('README.md')) faults.push('README.md is missing');
  if (!files.includes('LICENSE')) faults.push('LICENSE is missing');
  else if (readFileSync(join(directory, 'LICENSE'), 'utf8') !== license)
    faults.push('LICENSE differs from the root’s');
  return faults;
}

function manifestFaults({ directory, files }) {
  const manifest = readJson(join(directory, 'package.json'));
  const { name, keywords, repository, publishConfig, dependencies, exports } = manifest;
  const faults = [];
  const expect = (holds, fault) => holds || faults.push(fault);
  expect(manifest.version === version, `version is ${manifest.version}, the root's ${version}`);
  expect(manifest.license === 'MIT', 'license is not MIT');
  expect(manifest.description, 'description is missing');
  expect(keywords?.includes('inkwire'), 'keywords are missing');
  expect(publishConfig?.access === 'public', 'publishConfig.access is not public');
  expect(
    repository?.directory === `packages/${name.replace('@inkwire/', '')}`,
    'repository.directory is wrong',
  );
  expect(repository?.url === 'git+https://github.com/inkwire/inkwire.git', 'repository.url is wrong');
  for (const [dependency, range] of Object.entries(dependencies ?? {}))
    if (dependency.startsWith('@inkwire/'))
      expect(range === version, `${dependency} is ${range}, not ${version}`);
  const entries = [...Object.values(exports).flatMap(Object.values), ...Object.values(manifest.bin ?? {})];
  for (const entry of [...entries, ...Object.entries(manifest.browser ?? {}).flat()])
    expect(files.includes(posix.normalize(entry)), `${entry} is not in the package`);
  return faults;
}

function toolFaults(tarball, [command, ...args]) {
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', command, ...args, tarball], {
    cwd: root,
    encoding: 'utf8',
  });
  return status === 0 ? [] : [`${stdout}${stderr}`.trim()];
}

const directory = mkdtempSync(join(tmpdir(), 'inkwire-packed-'));
let failures = 0;
try {
  for (const packed of pack(packageDirectories(), directory)) {
    const checks = {
      files: () => filesFaults(packed),
      'package.json': () => manifestFaults(packed),
      publint: () => toolFaults(packed.tarball, ['publint', 'run', '--strict', '--level', 'warning']),
      types: () => toolFaults(packed.tarball, ['attw', '--profile', 'esm-only', '--quiet']),
    };
    for (const [name, check] of Object.entries(checks)) {
      const faults = check();
      console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${packed.name} ${name}`);
      for (const fault of faults) console.error(`       ${fault}`);
      failures += faults.length;
    }
  }
} finally {
  rmSync(directory, { recursive: true });
}
process.exitCode = failures === 0 ? 0 : 1;
