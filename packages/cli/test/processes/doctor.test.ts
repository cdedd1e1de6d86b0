import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { inkwire, temporaryDirectory } from '../inkwire.ts';

const quiet = ['--http', '127.0.0.1:0', '--wire', 'off', '--model', 'softmax', '--detector', 'rules'];

it('says that all is well, and makes nothing', async () => {
  await using folder = await temporaryDirectory();
  const { code, stdout, stderr } = await inkwire(['doctor', ...quiet], { cwd: folder.path });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^ok {7}configuration {3}Every setting is accepted\nok {7}node/);
  expect(stdout).toMatch(/^ok {7}data directory {2}.*data is not there yet and can be made$/m);
  expect(stdout).not.toMatch(/^problem/m);
  expect(await readdir(folder.path)).toEqual([]);
});

it('exits with 1 for a problem, and writes an object a line when asked to', async () => {
  await using folder = await temporaryDirectory();
  const data = ['--data', folder.file('data')];
  const wrong = await inkwire([
    'doctor',
    ...quiet,
    ...data,
    '--json',
    '--http',
    '0.0.0.0:0',
    '--model',
    'none.onnx',
  ]);
  expect(wrong.code).toBe(1);
  const found = wrong.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const problems = found.filter(({ state }) => state === 'problem');
  expect(problems.map(({ subject }) => subject)).toEqual(['listeners', 'model']);
  const refused = await inkwire(['doctor', '--keep', 'ever']);
  expect(refused).toMatchObject({ code: 1, stderr: '' });
  expect(refused.stdout).toMatch(
    /^problem {2}configuration {3}--keep: expected .* \(CLI_CONFIG_INVALID\)\n$/,
  );
});
