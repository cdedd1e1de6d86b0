import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { bundledModel, openMnist } from '@inkwire/digits';
import { expect, it } from 'vitest';
import { inkwire, start, temporaryDirectory } from '../inkwire.ts';
import { picture } from '../pictures.ts';

const count = 200;

/** A directory of IDX files with the first test digits. */
async function writeIdx(directory: string): Promise<string> {
  const { test } = await openMnist();
  await mkdir(directory);
  const images = Buffer.concat([header(0x803, count, 28, 28), test.images.subarray(0, count * 784)]);
  await writeFile(`${directory}/t10k-images-idx3-ubyte`, images);
  const labels = Buffer.concat([header(0x801, count), test.labels.subarray(0, count)]);
  await writeFile(`${directory}/t10k-labels-idx1-ubyte`, labels);
  return directory;
}

function header(...words: number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [at, word] of words.entries()) bytes.writeUInt32BE(word, at * 4);
  return bytes;
}

it('shows the figures and the confusion matrix of MNIST’s test set', async () => {
  const { code, stdout, stderr } = await inkwire(['evaluate', 'softmax']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^model +softmax \w{12}, 7,850 parameters$/m);
  expect(stdout).toMatch(/^set .*10,000 digits$/m);
  expect(stdout).toMatch(/^accuracy +9\d\.\d\d % {2}\(95 % interval 9\d\.\d\d % to 9\d\.\d\d %\)$/m);
  expect(stdout).toMatch(/^digit +recall +as 0 .* as 9$/m);
  expect(stdout.match(/^ {4}\d {2}\d\d\.\d\d % .*$/gm)).toHaveLength(10);
});

it('reads a directory of IDX files and writes JSON and a report', async () => {
  await using folder = await temporaryDirectory();
  const args = ['evaluate', 'cnn', '--set', await writeIdx(folder.file('idx')), '--json'];
  const { code, stdout } = await inkwire([...args, '--report', folder.file('report.html')]);
  expect(code).toBe(0);
  const record = JSON.parse(stdout);
  expect(record).toMatchObject({ count, model: { recipe: 'cnn' } });
  expect(record.correct).toBeGreaterThan(0.9 * count);
  expect(record.confusion.flat().reduce((sum: number, each: number) => sum + each)).toBe(count);
  expect(await readFile(folder.file('report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
});

it('reads pictures in folders named after what they show, and counts what it cannot prepare as wrong', async () => {
  await using folder = await temporaryDirectory();
  for (const index of [0, 1, 2, 3, 4]) {
    const { png, text } = await picture(index);
    await mkdir(folder.file(text), { recursive: true });
    await writeFile(folder.file(`${text}/${index}.png`), png);
  }
  await mkdir(folder.file('9'), { recursive: true });
  await writeFile(folder.file('9/none.jpg'), 'no picture');
  const { code, stdout, stderr } = await inkwire(['evaluate', 'cnn', '--set', folder.path]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/9\/none\.jpg: /);
  expect(stdout).toMatch(/6 digits\naccuracy +83\.33 % .*\nmistakes +1, 1 of them not prepared\n/);
});

it('reads labelled pages, and shows the worst of them in a report', async () => {
  await using folder = await temporaryDirectory();
  const [right, wrong] = [await picture(0, 1, 2), await picture(3, 4)];
  await writeFile(folder.file('right.png'), right.png);
  await writeFile(folder.file('wrong.png'), wrong.png);
  await writeFile(folder.file('bad.png'), 'no picture');
  const labels = `name,text\r\nright.png,"${right.text[0]},${right.text.slice(1)}"\r\nwrong.png,99999\r\nbad.png,1\r\n`;
  await writeFile(folder.file('labels.csv'), labels);
  const args = ['evaluate', 'cnn', '--set', folder.path];
  const shown = await inkwire([...args, '--report', folder.file('report.html')]);
  expect(shown.code).toBe(0);
  expect(shown.stderr).toMatch(/bad\.png: This is not a picture/);
  expect(shown.stdout).toMatch(
    /3 pages with 9 digits\nstrings +33\.33 % .*\nmistakes +2, 1 of them refused\n/,
  );
  expect(await readFile(folder.file('report.html'), 'utf8')).toMatch(
    /data:image\/jpeg;base64,.*class="found"/s,
  );

  const { code, stdout } = await inkwire([...args.slice(0, 3), folder.file('labels.csv'), '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ count: 3, correct: 1, model: { recipe: 'cnn' } },
    mistakes: [{ name: 'wrong.png', expected: '99999', read: wrong.text }],
  });
});

it('names the line of a label that is wrong', async () => {
  await using folder = await temporaryDirectory();
  await writeFile(folder.file('labels.csv'), 'name,text\n../a.png,1\n');
  const { code, stderr } = await inkwire(['evaluate', 'cnn', '--set', folder.path]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/labels\.csv, line 2: .*leads out of the directory \(DIGITS_SET_INVALID\)\n$/);
});

it('follows the model of a run while it changes, until Ctrl-C', async () => {
  await using folder = await temporaryDirectory();
  const set = await writeIdx(folder.file('idx'));
  await mkdir(folder.file('run'));
  await using watching = start(['evaluate', folder.file('run'), '--set', set, '--json', '--watch', '0.1']);
  await watching.output(/Watching/);
  await copyFile(bundledModel('softmax'), folder.file('next'));
  await rename(folder.file('next'), folder.file('run/model.onnx'));
  await watching.output(/"recipe":"softmax"/);
  await writeFile(folder.file('next'), 'damaged');
  await rename(folder.file('next'), folder.file('run/model.onnx'));
  await watching.output(/DIGITS_MODEL_DAMAGED/);
  await copyFile(bundledModel('cnn'), folder.file('next'));
  await rename(folder.file('next'), folder.file('run/model.onnx'));
  await watching.output(/"recipe":"cnn"/);
  watching.child.kill('SIGINT');
  const { code, stdout } = await watching.outcome;
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n')).toHaveLength(2);
});

it('says what is wrong with the model, the set and the report', async () => {
  await using folder = await temporaryDirectory();
  const set = await writeIdx(folder.file('idx'));
  const [model, none, report] = await Promise.all([
    inkwire(['evaluate', folder.path, '--set', set]),
    inkwire(['evaluate', 'softmax', '--set', '/nowhere']),
    inkwire(['evaluate', 'softmax', '--set', set, '--report', '/nowhere/report.html']),
  ]);
  expect(model).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/model\.onnx.*\(DIGITS_MODEL_MISSING\)/),
  });
  expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/\/nowhere.*\(DIGITS_SET_MISSING\)/) });
  expect(report).toMatchObject({ code: 1, stderr: expect.stringContaining('(CLI_FILE_UNWRITABLE)') });
});
