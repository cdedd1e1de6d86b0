import { once } from 'node:events';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { inkwire, start, temporaryDirectory } from '../inkwire.ts';
import { picture } from '../pictures.ts';

it('reads each file into a line, in their order, and exits with 0', async () => {
  await using folder = await temporaryDirectory();
  const pictures = await Promise.all([picture(0), picture(1, 2), picture(3, 4, 5)]);
  for (const [at, { png }] of pictures.entries()) await writeFile(folder.file(`${at}.png`), png);
  const { code, stdout, stderr } = await inkwire(['read', '2.png', '0.png', '1.png'], { cwd: folder.path });
  const [one, two, three] = pictures.map(({ text }) => text);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('  '));
  expect(lines.map(([file, text]) => [file, text])).toEqual([
    ['2.png', three],
    ['0.png', one],
    ['1.png', two],
  ]);
  for (const [, , confidence] of lines) expect(confidence).toMatch(/^[01]\.\d{4}$/);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it('names every file that cannot be read with its code, reads the others, and exits with 1', async () => {
  await using folder = await temporaryDirectory();
  const { png, text } = await picture(0);
  await writeFile(folder.file('good.png'), png);
  await writeFile(folder.file('cut.png'), png.subarray(0, png.length >> 1));
  await writeFile(folder.file('text.png'), 'no picture at all');
  await writeFile(folder.file('empty.png'), '');
  await writeFile(folder.file('paper.png'), (await picture()).png);
  await mkdir(folder.file('folder.png'));
  await writeFile(folder.file('endless.png'), png);
  await truncate(folder.file('endless.png'), 10 * 2 ** 20 + 1);
  const files = ['cut', 'text', 'empty', 'paper', 'folder', 'none', 'endless', 'good'].map(
    (name) => `${name}.png`,
  );
  const { code, stdout, stderr } = await inkwire(['read', ...files], { cwd: folder.path });
  expect(stdout).toMatch(new RegExp(`^good\\.png  ${text}  \\d\\.\\d{4}\\n$`));
  expect(
    stderr
      .trimEnd()
      .split('\n')
      .map((line) => /^inkwire: (\S+): .* \((\w+)\)$/.exec(line)?.slice(1)),
  ).toEqual([
    ['cut.png', 'DIGITS_PICTURE_DAMAGED'],
    ['text.png', 'DIGITS_PICTURE_UNSUPPORTED'],
    ['empty.png', 'DIGITS_PICTURE_EMPTY'],
    ['paper.png', 'DIGITS_NONE_FOUND'],
    ['folder.png', 'CLI_FILE_UNREADABLE'],
    ['none.png', 'CLI_FILE_UNREADABLE'],
    ['endless.png', 'DIGITS_PICTURE_TOO_LARGE'],
  ]);
  expect(code).toBe(1);
});

it('does not read a device without end to its end', async () => {
  const { code, stderr } = await inkwire(['read', '/dev/zero']);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('(DIGITS_PICTURE_') });
});

it('reads the standard input', async () => {
  const { png, text } = await picture(7, 8);
  const { code, stdout } = await inkwire(['read', '-'], { input: png });
  expect(stdout).toMatch(new RegExp(`^-  ${text}  `));
  expect(code).toBe(0);
});

it('writes JSON and CSV', async () => {
  await using folder = await temporaryDirectory();
  const { png, text } = await picture(1, 2);
  await writeFile(folder.file('a,b.png'), png);
  const record = JSON.parse((await inkwire(['read', '--json', 'a,b.png'], { cwd: folder.path })).stdout);
  expect(record).toMatchObject({
    file: 'a,b.png',
    text,
    unsure: false,
    model: expect.stringMatching(/^cnn \w{12}$/),
  });
  expect(record.digits).toHaveLength(2);
  expect(record.digits[0].probabilities).toHaveLength(10);
  const { stdout } = await inkwire(['read', '--csv', 'a,b.png'], { cwd: folder.path });
  const rows = stdout.split('\r\n');
  expect(rows[0]).toBe('file,text,confidence,unsure,model,written');
  expect(rows[1]).toMatch(new RegExp(`^"a,b\\.png",${text},[01]\\.\\d{4},false,cnn \\w{12},${text}$`));
});

it('takes another model, by name or by the environment, and the plain preparation', async () => {
  const { png, text } = await picture(0);
  const options = { input: png };
  const [named, environment, plain] = await Promise.all([
    inkwire(['read', '-', '--json', '--model', 'softmax'], options),
    inkwire(['read', '-', '--json'], { ...options, env: { INKWIRE_MODEL: 'mlp' } }),
    inkwire(['read', '-', '--json', '--plain'], options),
  ]);
  expect(JSON.parse(named.stdout)).toMatchObject({ text, model: expect.stringMatching(/^softmax /) });
  expect(JSON.parse(environment.stdout)).toMatchObject({ text, model: expect.stringMatching(/^mlp /) });
  expect(JSON.parse(plain.stdout)).toMatchObject({ width: 28, height: 28 });
});

it('ends without a word when nobody reads on', async () => {
  const { png } = await picture(0);
  await using folder = await temporaryDirectory();
  await writeFile(folder.file('a.png'), png);
  await using reading = start(['read', ...new Array<string>(200).fill('a.png')], { cwd: folder.path });
  await once(reading.child.stdout, 'data');
  reading.child.stdout.destroy();
  expect((await reading.outcome).stderr).toBe('');
});

it('says what is wrong with the model', async () => {
  const { code, stdout, stderr } = await inkwire(['read', '-', '--model', '/nowhere/m.onnx']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^inkwire: .*\/nowhere\/m\.onnx.* \(DIGITS_MODEL_MISSING\)\n$/);
});
