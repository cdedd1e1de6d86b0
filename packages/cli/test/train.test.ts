import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { inkwire, start, temporaryDirectory } from './inkwire.ts';

const run = ['train', 'softmax', '--steps', '1000', '--batch', '50', '--seed', '7'];

it('saves at Ctrl-C, says how to go on, and comes to the same model as without the interruption', async () => {
  await using folder = await temporaryDirectory();
  await using interrupted = start([...run, '--out', 'a run'], { cwd: folder.path });
  await interrupted.output(/^step /m);
  interrupted.child.kill('SIGINT');
  const { code, stdout, stderr } = await interrupted.outcome;
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toMatch(/go on with: inkwire train softmax --out 'a run' --resume\n$/);

  const resumed = await inkwire(['train', 'softmax', '--out', 'a run', '--resume'], { cwd: folder.path });
  const whole = await inkwire([...run, '--out', 'whole'], { cwd: folder.path });
  const model = /^(?<file>.+) {2}(?<version>softmax \w{12}), 7,850 parameters\n$/;
  expect(model.exec(resumed.stdout)?.groups?.file).toBe('a run/model.onnx');
  expect(model.exec(resumed.stdout)?.groups?.version).toBe(model.exec(whole.stdout)?.groups?.version);
  expect(whole.stderr).toMatch(/^step 1,000\/1,000 .* validation 9\d\.\d\d % /m);
  expect(whole.stderr).toMatch(/Evaluate it with: inkwire evaluate whole\n$/);
  expect(await readFile(folder.file('whole/history.csv'), 'utf8')).toMatch(/^step,/);
});

it('refuses to overwrite a run, and to resume none', async () => {
  await using folder = await temporaryDirectory();
  const short = ['train', 'softmax', '--steps', '5', '--out', 'run'];
  const missing = await inkwire([...short, '--resume'], { cwd: folder.path });
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('(DIGITS_CHECKPOINT_MISSING)') });
  expect(await inkwire(short, { cwd: folder.path })).toMatchObject({ code: 0 });
  const again = await inkwire(short, { cwd: folder.path });
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/^inkwire: run holds a run already: add --resume .* \(CLI_OUT_OCCUPIED\)\n$/);
});

it('names a directory that holds no training set', async () => {
  await using folder = await temporaryDirectory();
  const { code, stderr } = await inkwire(['train', 'softmax', '--data', '/nowhere', '--out', 'run'], {
    cwd: folder.path,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^inkwire: .*\/nowhere.* \(DIGITS_IDX_MISSING\)\n$/);
});
