import { expect, it } from 'vitest';
import { csvRecord } from './csv.ts';

it('writes a record that ends in CRLF', () => {
  expect(csvRecord(['a.png', 47, 0.5, true])).toBe('a.png,47,0.5,true\r\n');
});

it('quotes commas, quotes and line breaks (RFC 4180 section 2)', () => {
  expect(csvRecord(['a,b', 'say "7"', '1\n2', '3\r4', ' 5 '])).toBe(
    '"a,b","say ""7""","1\n2","3\r4", 5 \r\n',
  );
});

it('disarms text that a spreadsheet would take for a formula, and leaves numbers alone', () => {
  const formulas = [
    '=1+1',
    '+1',
    '-1+1',
    '-A1',
    '-1-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1',
    '＋1',
    '－1',
    '＠1',
  ];
  for (const formula of formulas) expect(csvRecord([formula])).toMatch(/^"?'/);
  expect(csvRecord([-1, 'a=1', ' =1'])).toBe('-1,a=1, =1\r\n');
  expect(csvRecord(['-828', '-12.50', '-12,50'])).toBe('-828,-12.50,"-12,50"\r\n');
});
