import { readFile, writeFile } from 'node:fs/promises';
import { bundledModel, openModelFile } from '@inkwire/digits';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { temporaryDirectory } from './inkwire.ts';
import { picture } from './pictures.ts';
import { runHere } from './run-here.ts';

const run = ['train', 'softmax', '--steps', '100', '--batch', '50', '--seed', '7'];

it('saves at Ctrl-C, says how to go on, and comes to the same model as without the interruption', async () => {
  await using folder = await temporaryDirectory();
  const out = folder.file('a run');
  // At the first step: a child process might have taken them all before the signal reaches it.
  const interrupted = await runHere([...run, '--out', out], (text) => {
    if (text.startsWith('step 1/')) process.emit('SIGINT', 'SIGINT');
  });
  expect(interrupted).toMatchObject({ code: 130, stdout: '' });
  expect(interrupted.stderr).toMatch(/go on with: inkwire train softmax --out '\/.*a run' --resume\n$/);

  const resumed = await runHere(['train', 'softmax', '--out', out, '--resume']);
  const whole = await runHere([...run, '--out', folder.file('whole')]);
  const model = /^(?<file>.+) {2}(?<version>softmax \w{12}), 7,850 parameters\n$/;
  expect(model.exec(resumed.stdout)?.groups?.file).toBe(`${out}/model.onnx`);
  expect(model.exec(resumed.stdout)?.groups?.version).toBe(model.exec(whole.stdout)?.groups?.version);
  expect(whole.stderr).toMatch(/^step 100\/100 .* validation [789]\d\.\d\d % /m);
  expect(whole.stderr).toMatch(/Evaluate it with: inkwire evaluate \S+whole\n$/);
  expect(await readFile(folder.file('whole/history.csv'), 'utf8')).toMatch(/^step,/);
});

it('refuses to overwrite a run, and to resume none', async () => {
  await using folder = await temporaryDirectory();
  const short = ['train', 'softmax', '--steps', '5', '--out', folder.file('run')];
  const missing = await runHere([...short, '--resume']);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('(DIGITS_CHECKPOINT_MISSING)') });
  expect(await runHere(short)).toMatchObject({ code: 0 });
  const again = await runHere(short);
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(
    /^inkwire: .*run holds a run already: add --resume .* \(CLI_OUT_OCCUPIED\)\n$/,
  );
});

it('trains on the digits of labelled pages besides, and resumes with the same ones only', async () => {
  await using folder = await temporaryDirectory();
  const pages = async (...indexes: number[]) => {
    const lines = await Promise.all(
      indexes.map(async (index) => {
        const { png, text } = await picture(index);
        await writeFile(folder.file(`${index}.png`), png);
        const { width, height } = await sharp(png).metadata();
        return `${index}.png,${text},"0,0,${width},${height}"\n`;
      }),
    );
    await writeFile(folder.file('labels.csv'), `name,text,boxes\n${lines.join('')}`);
  };
  await pages(0, 1, 2);
  const run = ['train', 'softmax', '--steps', '4', '--out', folder.file('run'), '--extra', folder.path];
  expect(await runHere(run)).toMatchObject({ code: 0 });
  const { card } = await openModelFile(folder.file('run/model.onnx'));
  expect(card.command).toMatch(/ --extra DIR$/);
  expect(card.data['extra-digits']).toMatch(/^[0-9a-f]{64}$/);
  expect(await runHere([...run, '--resume'])).toMatchObject({ code: 0 });
  await pages(0, 1);
  const others = await runHere([...run, '--resume']);
  expect(others).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/ extra .*\(DIGITS_CHECKPOINT_MISMATCH\)/),
  });
});

it('learns from teachers, whose files the command to go on with names', async () => {
  await using folder = await temporaryDirectory();
  const train = (...more: string[]) => runHere(['train', 'softmax', '--steps', '4', ...more]);
  const [out, teacher] = [folder.file('run'), folder.file('teacher')];
  expect(await train('--out', teacher)).toMatchObject({ code: 0 });
  const teachers = ['--teachers', folder.file('teacher/model.onnx'), bundledModel('mlp')];
  expect(await train('--out', out, ...teachers)).toMatchObject({ code: 0 });
  const { card } = await openModelFile(folder.file('run/model.onnx'));
  expect(card.command).toMatch(/ --teachers FILES$/);
  expect(card.data.teachers).toMatch(/^[0-9a-f]{12} [0-9a-f]{12}$/);
  const interrupted = await runHere([...run, '--out', folder.file('more'), ...teachers], (text) => {
    if (text.startsWith('step 1/')) process.emit('SIGINT', 'SIGINT');
  });
  expect(interrupted.stderr).toMatch(
    / --teachers \S+\/teacher\/model\.onnx \S+\/mlp\.onnx --out \S+ --resume\n$/,
  );
  const page = await runHere(['train', 'page', '--out', folder.file('page'), ...teachers]);
  expect(page).toMatchObject({ code: 2, stderr: expect.stringMatching(/single digits.*\(CLI_USAGE\)\n$/) });
});

it('finds the digits of labelled pages without boxes, and says which it could not cut', async () => {
  await using folder = await temporaryDirectory();
  const { png, text } = await picture(0);
  for (const name of ['a.png', 'b.png']) await writeFile(folder.file(name), png);
  await writeFile(folder.file('torn.png'), png.subarray(0, 60));
  await writeFile(folder.file('labels.csv'), `name,text\na.png,${text}\nb.png,${text}7\ntorn.png,${text}\n`);
  const out = folder.file('run');
  const { code, stderr } = await runHere([
    'train',
    'softmax',
    '--steps',
    '2',
    '--extra',
    folder.path,
    '--out',
    out,
  ]);
  expect(code).toBe(0);
  const count = text.length;
  expect(stderr).toContain(`${count} digits of --extra, ${2 * count + 1} could not be cut\n`);
  expect(stderr).toContain(`b.png: a 7: ${count} digits were found where the text has ${count + 1}\n`);
  expect(stderr).toMatch(/torn\.png: a \d: /);
});

it('names a directory that holds no training set', async () => {
  await using folder = await temporaryDirectory();
  const { code, stderr } = await runHere([
    'train',
    'softmax',
    '--data',
    '/nowhere',
    '--out',
    folder.file('run'),
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^inkwire: .*\/nowhere.* \(DIGITS_IDX_MISSING\)\n$/);
});
