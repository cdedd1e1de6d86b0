import { spawnSync } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inkwire, temporaryDirectory } from '../inkwire.ts';

describe('wrong usage exits with 2 and one line that names it', () => {
  it.each([
    [['raed'], "unknown command 'raed' (Did you mean read?)"],
    [['read'], "missing required argument 'FILE'"],
    [['read', '--modle', 'x', 'a.png'], "unknown option '--modle' (Did you mean --model?)"],
    [['read', '--json', '--csv', 'a.png'], "option '--json' cannot be used with option '--csv'"],
    [['serve', 'extra'], "too many arguments for 'serve'. Expected 0 arguments but got 1"],
    [['serve', '--http', '8080'], '--http: expected HOST:PORT or off, such as'],
    [['serve', '--http', 'off', '--wire', 'off'], 'there is nothing to serve'],
    [['serve', '--tls-cert', 'c.pem'], 'tls-key is missing'],
    [['train'], "missing required argument 'RECIPE'"],
    [
      ['train', 'cnn', '--steps', '0'],
      "option '--steps <N>' argument '0' is invalid. Expected an integer ≥ 1",
    ],
    [['train', 'gpt', '--out', '/nowhere'], 'gpt'],
    [['evaluate', 'cnn', '--watch', 'often'], 'Expected a number from 0.1 to 86400'],
    [['readings', '--limit', 'all'], 'Expected an integer ≥ 1'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await inkwire(args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^inkwire: .+ \([A-Z_]+\)\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('shows the help on stderr when no command is given', async () => {
    const { code, stdout, stderr } = await inkwire([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: inkwire /);
  });
});

it('names an unknown recipe and those there are', async () => {
  const { stderr } = await inkwire(['train', 'gpt', '--out', '/nowhere']);
  expect(stderr).toMatch(/gpt.*softmax, mlp, cnn, page \(DIGITS_RECIPE_UNKNOWN\)/);
});

it('shows help and version on stdout', async () => {
  expect(await inkwire(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
  const help = await inkwire(['serve', '--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('--tls-cert <FILE>');
  expect(help.stdout.replaceAll(/\s+/g, ' ')).toContain('(default: ./data; env: INKWIRE_DATA)');
});

it('shows where a failure comes from only when INKWIRE_DEBUG is set', async () => {
  const args = ['readings', '--data', '/nowhere'];
  const [quiet, loud] = await Promise.all([inkwire(args), inkwire(args, { env: { INKWIRE_DEBUG: '1' } })]);
  expect(quiet.stderr.split('\n')).toHaveLength(2);
  expect(loud.stderr).toMatch(/^inkwire: .*\n.*CliError.*\n {4}at /);
});

it('loads no engine for the help', () => {
  const program = new URL('../../dist/program.js', import.meta.url);
  const script = `
    const { run } = await import(${JSON.stringify(program.href)});
    await run(['serve', '--help']);
    console.error(process.report.getReport().sharedObjects.join('\\n'));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(stdout).toContain('Usage: inkwire serve');
  expect(stderr).toContain('.so');
  expect(stderr).not.toMatch(/\.node$|onnxruntime|lmdb|sharp/m);
});

it('says how to build when it is not built', async () => {
  await using folder = await temporaryDirectory();
  await mkdir(folder.file('bin'));
  const bin = folder.file('bin/inkwire.mjs');
  await cp(fileURLToPath(new URL('../../bin/inkwire.js', import.meta.url)), bin);
  const { status, stderr } = spawnSync(process.execPath, [bin, '--help'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'inkwire: not built yet; run `npm run build` in the repository first (CLI_NOT_BUILT)\n',
  });
});
