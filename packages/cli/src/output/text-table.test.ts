import { expect, it } from 'vitest';
import { formatTable } from './text-table.ts';

it('aligns names to the left and numbers to the right, two spaces apart', () => {
  const table = formatTable(
    [{ title: 'digit' }, { title: 'recall', align: 'right' }],
    [
      ['zero', '99.9 %'],
      ['seven', '8 %'],
    ],
  );
  expect(table).toBe('digit  recall\nzero   99.9 %\nseven     8 %\n');
});

it('leaves no space at the end of a line and takes a missing cell for an empty one', () => {
  expect(formatTable([{ title: 'a' }, { title: 'long title' }], [['x', ''], ['y']])).toBe(
    'a  long title\nx\ny\n',
  );
});

it('gives a Chinese character two columns and an accent none', () => {
  const table = formatTable(
    [{ title: 'a' }, { title: 'b' }],
    [
      ['数字', '1'],
      ['e\u0301', '2'],
      ['wide', '3'],
    ],
  );
  expect(table).toBe('a     b\n数字  1\ne\u0301     2\nwide  3\n');
});
