import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadMysql } from '../src/mysql/driver.ts';
import { loadPg } from '../src/pg/driver.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inkwire-driver-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Node's own `import`, which looks for a package from where the importing file is; the test runner's looks here as well. */
const importNatively = new Script('(url) => import(url)', {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}).runInThisContext() as (url: string) => Promise<{ readonly default: never }>;

/** Imports a driver from a place where only what was put there is installed. */
async function importAlone(name: string) {
  const path = join(directory, 'importing.mjs');
  await writeFile(path, `export { default } from '${name}';`);
  return importNatively(pathToFileURL(path).href);
}

/** Installs a driver that consists of one line. */
async function install(name: string, source: string): Promise<void> {
  const path = join(directory, 'node_modules', name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  await writeFile(join(path, 'index.js'), source);
}

test.each([
  ['pg', loadPg],
  ['mysql2', loadMysql],
] as const)('%s: a driver that is not installed is told with its name', async (name, load) => {
  await expect(load(() => importAlone(name))).rejects.toMatchObject({
    code: 'POOL_DRIVER_MISSING',
    retryable: false,
    message: expect.stringContaining(`npm install ${name}`),
  });
});

test.each([
  ['pg', loadPg],
  ['mysql2', loadMysql],
] as const)('%s: a driver that is installed and does not load says itself why', async (name, load) => {
  await install(name, `import '${name}-part'; export default {};`);
  await expect(load(() => importAlone(name))).rejects.toMatchObject({
    code: 'ERR_MODULE_NOT_FOUND',
    message: expect.stringContaining(`${name}-part`),
  });
});
