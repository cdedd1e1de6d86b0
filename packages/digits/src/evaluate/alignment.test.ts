import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alignDigits } from './alignment.ts';

const shown = (expected: string, read: string) => {
  const pairs = alignDigits(expected, read);
  return [pairs.map((pair) => pair.expected ?? '·').join(''), pairs.map((pair) => pair.read ?? '·').join('')];
};

it('lays lost, added and changed digits beside what is written', () => {
  expect(shown('1234', '1234')).toEqual(['1234', '1234']);
  expect(shown('1234', '124')).toEqual(['1234', '12·4']);
  expect(shown('124', '1294')).toEqual(['12·4', '1294']);
  expect(shown('124', '194')).toEqual(['124', '194']);
  expect(shown('', '9')).toEqual(['·', '9']);
  expect(shown('72', '')).toEqual(['72', '··']);
  expect(shown('', '')).toEqual(['', '']);
});

it('keeps both texts whole, and never takes more edits than changing every digit would', () => {
  const text = fc.stringMatching(/^[0-3]{0,12}$/);
  fc.assert(
    fc.property(text, text, (expected, read) => {
      const pairs = alignDigits(expected, read);
      expect(pairs.map((pair) => pair.expected ?? '').join('')).toBe(expected);
      expect(pairs.map((pair) => pair.read ?? '').join('')).toBe(read);
      const edits = pairs.filter((pair) => pair.expected !== pair.read).length;
      expect(edits).toBeLessThanOrEqual(Math.max(expected.length, read.length));
      expect(edits).toBe(recursive(expected, read));
    }),
    { numRuns: 60 },
  );
});

/** The distance by its definition. */
function recursive(a: string, b: string, seen = new Map<string, number>()): number {
  if (a === '' || b === '') return a.length + b.length;
  const key = `${a}/${b}`;
  const known = seen.get(key);
  if (known !== undefined) return known;
  const distance = Math.min(
    recursive(a.slice(1), b.slice(1), seen) + (a[0] === b[0] ? 0 : 1),
    recursive(a.slice(1), b, seen) + 1,
    recursive(a, b.slice(1), seen) + 1,
  );
  seen.set(key, distance);
  return distance;
}
