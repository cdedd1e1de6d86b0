import { expect, it } from 'vitest';
import { formatCount, formatDuration, formatPercent, formatRate } from './quantities.ts';

it.each([
  [0, '0 s'],
  [8.4, '8 s'],
  [59.6, '1 min 00 s'],
  [125, '2 min 05 s'],
  [3599.9, '1 h 00 min'],
  [3725, '1 h 02 min'],
  [90_000, '25 h 00 min'],
  [Number.POSITIVE_INFINITY, '?'],
  [Number.NaN, '?'],
  [-1, '?'],
])('writes a duration of %s seconds as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it.each([
  [52.14, '52.1'],
  [0.021349, '0.0213'],
  [1234.5, '1,235'],
  [0, '0'],
  [Number.NaN, '?'],
])('writes a rate of %s as %s', (value, text) => {
  expect(formatRate(value)).toBe(text);
});

it('writes counts with separators and shares in percent', () => {
  expect(formatCount(1234567)).toBe('1,234,567');
  expect(formatPercent(0.99621)).toBe('99.62 %');
});
