/** Each package, installed into an empty project, compiles and runs the first example of its README. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { renderStrokes } from '@inkwire/digits';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, start } from '../../packages/cli/test/inkwire.ts';
import { type CreateProject, packageNames, packInto } from './installed-packages.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What an example finds around it, and what it prints. */
interface Stage {
  /** Pictures of the number 1 that lie in the working directory. */
  readonly pictures?: readonly string[];
  readonly prepare?: (project: string) => Promise<void>;
  /** Whether it is a client of a hub that runs already. */
  readonly speaksToHub?: boolean;
  readonly prints?: RegExp;
}

const stages: Readonly<Record<string, Stage>> = {
  base: { prints: /^KETTLE_EMPTY true$/m },
  cli: { pictures: ['house.png', 'door.jpg'], prints: /^house\.png {2}1 {2}(?:0\.\d+|1\.0+)$/m },
  digits: { pictures: ['number.jpg'], prints: /^1 0\.\d+ \w+ 1\n1$/m },
  hub: { prints: /^http:\/\/127\.0\.0\.1:\d+/m },
  lmdb: { prints: /^a note$/m },
  pool: { prepare: installStandInPg },
  readings: { pictures: ['number.png'], prints: /Z 1$/m },
  tensor: { prints: /^centre inside: true, corner inside: false$/m },
  web: { prints: /^200 text\/html/m },
  wire: { speaksToHub: true, prints: /hello/ },
};

let directory: string;
let createProject: CreateProject;
let hub: Running;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inkwire-packages-'));
  const addresses = ['--http', 'off', '--wire', '127.0.0.1:0'];
  hub = start(['serve', ...addresses, '--data', join(directory, 'data'), '--tables', 'memory']);
  createProject = await packInto(directory);
});

afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

async function firstExample(name: string): Promise<{ language: string; code: string }> {
  const readme = await readFile(join(root, 'packages', name, 'README.md'), 'utf8');
  const [, language, code] = /^```(js|ts|console)\n(.*?)^```$/ms.exec(readme) ?? [];
  if (language === undefined || code === undefined) throw new Error(`The README of ${name} has no example`);
  return { language, code };
}

/** The driver is an optional peer; `npm run test:databases` runs the same lines with the real one. */
async function installStandInPg(project: string): Promise<void> {
  await symlink(join(root, 'test/processes/stand-in-pg'), join(project, 'node_modules/pg'), 'junction');
}

async function layPictures(project: string, names: readonly string[]): Promise<void> {
  const { png } = await renderStrokes([
    [
      [10, 10],
      [10, 60],
    ],
  ]);
  for (const name of names) await writeFile(join(project, name), png);
}

/** An import of everything that a package exports, so that the compiler reads all of its types. */
function importsOf(name: string): string {
  const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  return Object.keys(exports)
    .map((path) => `import '@inkwire/${name}${path.slice(1)}';\n`)
    .join('');
}

/** Compiles against the types of what was installed; a fault in the types of somebody else's package is not ours. */
async function compile(project: string, file: string): Promise<void> {
  const compilerOptions = {
    module: 'NodeNext',
    target: 'ES2023',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    strict: true,
    rootDir: '.',
  };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '--pretty', 'false', '-p', project]).catch(
    (error) => error,
  );
  const faults = stdout.split('\n').filter((line: string) => /error TS/.test(line));
  expect(faults.filter((fault: string) => !/node_modules\/(?!@inkwire)[^(]*\(/.test(fault))).toEqual([]);
}

/** The arguments of the first command in a session of the terminal. */
function commandOf(session: string): string[] {
  const [, line] = /^\$ inkwire (.*)$/m.exec(session)!;
  return line!.split(' ');
}

test.each(packageNames)('%s: the first example of the README runs in an empty project', async (name) => {
  const { language, code } = await firstExample(name);
  const stage = stages[name] ?? {};
  const imported = [...code.matchAll(/from '(@inkwire\/\w+)/g)].map(([, from]) => from!);
  const project = await createProject(name, [...new Set([`@inkwire/${name}`, ...imported])]);
  await layPictures(project, stage.pictures ?? []);
  await stage.prepare?.(project);
  // A listener takes any port of the system's; a client is told the hub's.
  const port = stage.speaksToHub ? (await hub.output(/wire tcp:[^\s]+:(\d+)/))[1]! : '0';
  const example = `example.${language}`;
  await writeFile(join(project, example), code.replaceAll(/\b(9527|8080)\b/g, port));
  if (language === 'ts') await compile(project, example);
  const command =
    language === 'console'
      ? ['node_modules/@inkwire/cli/bin/inkwire.js', ...commandOf(code)]
      : ['example.js'];
  const { stdout, stderr } = await run(process.execPath, command, { cwd: project });
  expect(stderr).toBe('');
  expect(stdout).toMatch(stage.prints ?? /^/);
});

test('cli: a server of readings in PostgreSQL names the driver that is not installed', async () => {
  const project = await createProject('without-pg', ['@inkwire/cli']);
  const command = ['node_modules/@inkwire/cli/bin/inkwire.js', 'serve', '--readings', 'postgres://me@db/x'];
  const failure = await run(process.execPath, command, { cwd: project }).catch((error) => error);
  expect(failure).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^inkwire: .*: npm install pg \(POOL_DRIVER_MISSING\)\n$/),
  });
});

test('the types of every entry of every package compile', async () => {
  const project = await createProject(
    'types',
    packageNames.map((name) => `@inkwire/${name}`),
  );
  await writeFile(join(project, 'types.ts'), packageNames.map(importsOf).join(''));
  await compile(project, 'types.ts');
});
