import { expect, it } from 'vitest';
import { RecordParser, type TextRecord } from './text-records.ts';

const parse = (separator: ',' | '\t', ...pieces: string[]): TextRecord[] => {
  const parser = new RecordParser(separator, (line, problem) => new Error(`${line}: ${problem}`));
  return [...pieces.flatMap((piece) => [...parser.push(piece)]), ...parser.end()];
};

const text = 'name,text\r\n"a ""b"",\r\n.png",1\n\n\r\nc,\rd,"",4';
const records = [
  { line: 1, fields: ['name', 'text'] },
  { line: 2, fields: ['a "b",\r\n.png', '1'] },
  { line: 6, fields: ['c', ''] },
  { line: 7, fields: ['d', '', '4'] },
];

it('takes quotes, doubled quotes, line breaks within them, empty lines and every line end', () => {
  expect(parse(',', text)).toEqual(records);
});

it('comes to the same wherever the text is split', () => {
  for (let at = 1; at < text.length; at++)
    expect(parse(',', text.slice(0, at), text.slice(at))).toEqual(records);
});

it('parts fields by tabs where that is the separator', () => {
  expect(parse('\t', 'a,b\tc\n')).toEqual([{ line: 1, fields: ['a,b', 'c'] }]);
});

it('names the line of a quote that does not end, and of text behind one', () => {
  expect(() => parse(',', 'a\n"b\n')).toThrow('2: a quoted field does not end');
  expect(() => parse(',', 'a\n\n"b"c\n')).toThrow('3: text after the closing quote');
});

it('limits a record and not the file', () => {
  expect(parse(',', 'a.png,1\n'.repeat(20_000))).toHaveLength(20_000);
  expect(() => parse(',', 'a\n', '1'.repeat(40_000), '1'.repeat(40_000))).toThrow(
    '2: more than 65536 characters',
  );
});
