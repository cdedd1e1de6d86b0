import { expect, test } from 'vitest';
import { traceLines } from './line-graph.ts';
import { extentOf, lengthOf } from './trace.ts';

/** A mask drawn as text: `#` is ink. */
function traced(...rows: string[]) {
  const width = rows[0]!.length;
  const mask = Uint8Array.from(rows.join(''), (pixel) => Number(pixel === '#'));
  return traceLines(mask, width, { spur: 2.5, crossing: 1.5 });
}

test('where lines cross, each goes straight on', () => {
  const lines = traced(
    '...........',
    '.....#.....',
    '.....#.....',
    '.....#.....',
    '.....#.....',
    '.#########.',
    '.....#.....',
    '.....#.....',
    '.....#.....',
    '.....#.....',
    '...........',
  );
  expect(lines).toHaveLength(2);
  expect(lines.map((line) => extentOf([line]))).toContainEqual({ left: 1, top: 5, right: 9, bottom: 5 });
  expect(lines.map((line) => extentOf([line]))).toContainEqual({ left: 5, top: 1, right: 5, bottom: 9 });
});

test('a short branch is dropped, and the line goes on through where it was', () => {
  const lines = traced('...........', '.....#.....', '.....#.....', '.#########.', '...........');
  expect(lines).toHaveLength(1);
  expect(extentOf(lines)).toMatchObject({ left: 1, right: 9, bottom: 3 });
});

test('a longer branch stays', () => {
  const lines = traced(
    '...........',
    '.....#.....',
    '.....#.....',
    '.....#.....',
    '.....#.....',
    '.#########.',
    '...........',
  );
  expect(lines).toHaveLength(2);
});

test('a ring is one line that ends where it begins', () => {
  const [ring, ...others] = traced(
    '........', //
    '..####..',
    '.#....#.',
    '.#....#.',
    '..####..',
    '........',
  );
  expect(others).toEqual([]);
  expect(ring!.subarray(0, 2)).toEqual(ring!.subarray(-2));
  expect(lengthOf(ring!)).toBeCloseTo(8 + 4 * Math.SQRT2, 4);
});
