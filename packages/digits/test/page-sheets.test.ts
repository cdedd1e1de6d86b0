import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReader, type Reader } from '../src/index.ts';
import { sheetFile } from './prepare-sheet.ts';
import { liesOn, sheets } from './sheets.ts';

let reader: Reader;
beforeAll(async () => {
  reader = await openReader();
});
afterAll(() => reader.close());

/** The side of a box is read as a 1, and doubted: a row of boxes is no grid, whose rules are known. */
const misread = 'boxes of a form';
const { [misread]: form, ...readWell } = sheets;

describe.each(Object.entries(readWell))('%s', (_, [sheet, expected]) => {
  it.each(['png', 'jpeg'] as const)(
    'as %s: the bundled detector finds each digit in its place',
    async (format) => {
      const { text, digits, width, height } = await reader.read({
        bytes: await sheetFile(sheet, format, 60),
      });
      const shape = text.split('\n').map((line) => line.split(' ').map((word) => word.length));
      expect(shape).toEqual(expected);
      expect([width, height]).toEqual([sheet.width, sheet.height]);
      for (const [i, { box }] of digits.entries())
        expect(liesOn(box, sheet.digits[i]!), `digit ${i} at ${box}`).toBe(true);
    },
  );
});

it(`${misread}: each digit is found, and the reading is unsure`, async () => {
  const [sheet] = form!;
  const { digits, unsure } = await reader.read({ bytes: await sheetFile(sheet, 'png') });
  expect(unsure).toBe(true);
  for (const digit of sheet.digits) expect(digits.some(({ box }) => liesOn(box, digit))).toBe(true);
});
