import { expect, it } from 'vitest';
import { linesOf } from './lines.ts';

async function lines(chunks: readonly string[], maxBytes?: number): Promise<(string | number | boolean)[][]> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const all: (string | number | boolean)[][] = [];
  for await (const { number, bytes, isEnded } of linesOf(source, maxBytes))
    all.push([number, bytes.toString(), isEnded]);
  return all;
}

it('cuts bytes into lines, wherever the chunks end', async () => {
  const expected = [
    [1, 'a', true],
    [2, '', true],
    [3, 'bc', true],
    [4, 'd', false],
  ];
  const text = 'a\n\nbc\nd';
  expect(await lines([text])).toEqual(expected);
  expect(await lines([...text])).toEqual(expected);
  for (let i = 0; i <= text.length; i++)
    expect(await lines([text.slice(0, i), text.slice(i)])).toEqual(expected);
  expect(await lines([])).toEqual([]);
});

it('refuses a line that is too long before its end has come', async () => {
  expect(await lines(['abc\n'], 3)).toHaveLength(1);
  for (const chunks of [['abcd\n'], ['ab', 'cd']])
    await expect(lines(chunks, 3)).rejects.toMatchObject({ code: 'READINGS_EXPORT_DAMAGED' });
});
