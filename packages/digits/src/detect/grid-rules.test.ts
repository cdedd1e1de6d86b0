import { expect, test } from 'vitest';
import { withoutRules } from './grid-rules.ts';
import type { Quad } from './homography.ts';
import type { FoundMark } from './marks.ts';

/** Three by three cells of 40 pixels from 10, 10, every point turned about the first corner. */
function gridOf(degrees: number) {
  const angle = (degrees * Math.PI) / 180;
  const at = (column: number, row: number) => {
    const [x, y] = [40 * column, 40 * row];
    return [
      10 + x * Math.cos(angle) - y * Math.sin(angle),
      10 + x * Math.sin(angle) + y * Math.cos(angle),
    ] as const;
  };
  const cells = Array.from({ length: 9 }, (_, i): Quad => {
    const [column, row] = [i % 3, Math.floor(i / 3)];
    return [at(column, row), at(column + 1, row), at(column + 1, row + 1), at(column, row + 1)];
  });
  return { rows: 3, columns: 3, cells, at };
}
const mark = ([x, y]: readonly [number, number], width: number, height: number, kind = 1): FoundMark => ({
  ...{ kind, x, y, width, height, score: 0.8 },
  logits: new Float32Array(10),
});

test.each([0, 3])('pieces of rules are no strokes, at a lean of %d°', (lean) => {
  const grid = gridOf(lean);
  const rules = [
    mark(grid.at(0, 0.5), 4, 36),
    mark(grid.at(1.05, 1.4), 6, 30),
    mark(grid.at(3, 2.5), 5, 44),
    mark(grid.at(1.5, 2.02), 30, 5, 12),
  ];
  expect(withoutRules(rules, grid)).toEqual([]);
});

test('a 1 in its cell, a short stroke at an edge, and digits that cross a rule stay', () => {
  const grid = gridOf(0);
  const strokes = [
    mark(grid.at(0.5, 0.5), 4, 30),
    mark(grid.at(1.25, 1.5), 5, 28),
    mark(grid.at(2.05, 0.5), 4, 15),
    mark(grid.at(1.0, 0.5), 20, 30, 8),
    mark(grid.at(4, 0.5), 4, 36),
  ];
  expect(withoutRules(strokes, grid)).toEqual(strokes);
});
