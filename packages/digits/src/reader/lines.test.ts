import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markKinds } from '../detect/detector-maps.ts';
import { arrangeMarks, type PlacedMark } from './lines.ts';

/** Sizes and places of marks in a line of digits that are 1 high and 0.6 wide. */
const shapes: Record<string, { width: number; height: number; y: number }> = {
  '.': { width: 0.12, height: 0.12, y: 0.95 },
  ',': { width: 0.15, height: 0.3, y: 1.05 },
  '-': { width: 0.4, height: 0.1, y: 0.5 },
  '/': { width: 0.4, height: 1.1, y: 0.5 },
  ':': { width: 0.12, height: 0.6, y: 0.6 },
};

/** A line as a pen would write it: `gap` between marks, a space is as wide as a digit and a half. */
function writeLine(line: string, { top = 0, left = 0, height = 30, gap = 0.15 } = {}): PlacedMark[] {
  let x = left;
  return Array.from(line).flatMap((character) => {
    const { width, height: tall, y } = shapes[character] ?? { width: 0.6, height: 1, y: 0.5 };
    const mark = {
      kind: markKinds.indexOf(character),
      x: x + (width * height) / 2,
      y: top + y * height,
      width: width * height,
      height: tall * height,
    };
    x += (character === ' ' ? 0.9 : width + gap) * height;
    return character === ' ' ? [] : [mark];
  });
}

const writeLines = (lines: readonly string[], pitch: number, height = 30) =>
  lines.flatMap((line, i) => writeLine(line, { top: i * pitch * height, height }));

/** The page turned by an angle about its corner; boxes stay upright, as a detector gives them. */
const lean = (marks: readonly PlacedMark[], degrees: number) => {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return marks.map((mark) => ({ ...mark, x: mark.x * cos - mark.y * sin, y: mark.x * sin + mark.y * cos }));
};

const read = (marks: readonly PlacedMark[]) => {
  const { text, written } = arrangeMarks(marks);
  return [text, written];
};

describe('text and written', () => {
  it.each([
    ['7', '7'],
    ['12,34', '12 34'],
    ['-828', '828'],
    ['11/08/2035', '11 08 2035'],
    ['10:45', '10 45'],
    ['286 871 1764', '286 871 1764'],
    ['11.000,', '11 000'],
    ['11.000,-', '11 000'],
    ['12 -5', '12 5'],
    ['1-2', '1 2'],
  ])('%s', (written, text) => {
    expect(read(writeLine(written))).toEqual([text, written]);
  });

  it('keep a minus with its number, however far from the first digit it stands', () => {
    const [minus, ...digits] = writeLine('-828');
    expect(read([{ ...minus!, x: minus!.x - 25 }, ...digits])).toEqual(['828', '-828']);
  });

  it('are empty for separators alone, which are strays', () => {
    const marks = writeLine('-.,');
    expect(arrangeMarks(marks)).toEqual({ lines: [], text: '', written: '', strays: marks });
  });

  it('have no separator that stands far from every digit, or where its kind does not stand', () => {
    const digits = writeLine('47');
    const far = { kind: 12, x: 140, y: 15, width: 12, height: 3 };
    const high = { kind: 11, x: 20, y: -2, width: 5, height: 9 };
    expect(arrangeMarks([...digits, far, high])).toMatchObject({
      text: '47',
      written: '47',
      strays: [high, far],
    });
  });

  it('give a separator to the nearer of two lines', () => {
    const upper = writeLine('12');
    const lower = writeLine('34', { left: 75, top: 21 });
    const minus = { kind: 12, x: 66, y: 27, width: 12, height: 3 };
    expect(read([...upper, ...lower, minus])).toEqual(['12\n34', '12\n-34']);
  });

  it('give a comma between two close lines to the upper one, and a minus to its own', () => {
    expect(read(writeLines(['12,34', '5678', '-90'], 1.2))).toEqual(['12 34\n5678\n90', '12,34\n5678\n-90']);
  });
});

describe('lines', () => {
  const digits = (most: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: most }).map((line) => line.join(''));
  const line = fc.array(digits(5), { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));

  it('of other heights on a page do not mix, at any lean up to 20°', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: -20, max: 20 }),
        fc.double({ min: 1.25, max: 3, noNaN: true }),
        (lines, degrees, pitch) => {
          const expected = lines.join('\n');
          expect(read(lean(writeLines(lines, pitch), degrees))).toEqual([expected, expected]);
        },
      ),
    );
  });

  it('keep their separators, at any lean up to 20°', () => {
    const number = fc.array(digits(4), { minLength: 1, maxLength: 4 }).chain((parts) =>
      fc
        .array(fc.constantFrom('.', ',', '-', '/', ':'), {
          minLength: parts.length,
          maxLength: parts.length,
        })
        .map((separators) => parts.map((part, i) => part + separators[i]).join('')),
    );
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: -20, max: 20 }),
        fc.double({ min: 1.4, max: 3, noNaN: true }),
        (lines, degrees, pitch) => {
          expect(arrangeMarks(lean(writeLines(lines, pitch), degrees)).written).toBe(lines.join('\n'));
        },
      ),
    );
  });

  it('of few digits are as level as those before them', () => {
    const page = writeLines(['1234567 1', '7'], 1.3);
    expect(arrangeMarks(lean(page, 18)).text).toBe('1234567 1\n7');
    const apart = writeLine('3    4');
    expect(arrangeMarks(lean([...writeLine('1234567', { top: -60 }), ...apart], 18)).text).toBe(
      '1234567\n3 4',
    );
  });

  it('hold digits of mixed size on one foot', () => {
    const large = writeLine('12', { height: 40 });
    const small = writeLine('34', { height: 26, top: 14, left: 62 });
    expect(read([...large, ...small])).toEqual(['1234', '1234']);
  });

  it('run across columns', () => {
    const column = (left: number, rows: string[]) =>
      rows.flatMap((row, i) => writeLine(row, { left, top: i * 45 }));
    expect(read([...column(0, ['12', '34']), ...column(150, ['56', '78'])])[0]).toBe('12 56\n34 78');
  });

  it('are the same however the marks are shuffled, with every digit once', () => {
    const mark = fc.record({
      kind: fc.integer({ min: 0, max: 14 }),
      x: fc.double({ min: 0, max: 400, noNaN: true }),
      y: fc.double({ min: 0, max: 300, noNaN: true }),
      width: fc.double({ min: 2, max: 60, noNaN: true }),
      height: fc.double({ min: 2, max: 60, noNaN: true }),
    });
    const pages = fc
      .array(mark, { maxLength: 40 })
      .chain((marks) =>
        fc.tuple(fc.constant(marks), fc.shuffledSubarray(marks, { minLength: marks.length })),
      );
    fc.assert(
      fc.property(pages, ([marks, shuffled]) => {
        const arranged = arrangeMarks(marks);
        expect(arrangeMarks(shuffled)).toEqual(arranged);
        const digits = marks.filter(({ kind }) => kind < 10);
        const found = arranged.lines.flat(2);
        expect(found).toHaveLength(digits.length);
        expect(new Set(found)).toEqual(new Set(digits));
        expect(arranged.text.replace(/\s/g, '')).toBe(found.map(({ kind }) => kind).join(''));
        expect(arranged.written.replace(/[^0-9]/g, '')).toBe(found.map(({ kind }) => kind).join(''));
        expect(arranged.text).not.toMatch(/^\s|\s$| {2}| \n|\n /);
        expect(arranged.written).not.toMatch(/^\s|\s$| {2}| \n|\n /);
      }),
    );
  });
});
