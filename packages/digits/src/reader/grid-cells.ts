import type { CellGrid } from '../detect/grid.ts';
import type { Point, Quad } from '../detect/homography.ts';
import { arrangeMarks, type PlacedMark } from './lines.ts';
import type { ReadCells } from './reading.ts';

/** Separators at either end of a cell, save a minus before its digits: pieces of its rules, mostly. */
const atEnds = /^[.,/:]+|[.,/:-]+$/g;

/**
 * The writing in each cell of a grid: digits, the separators between them, and a minus before them. A mark belongs to the cell
 * that its centre lies in.
 */
export function cellsOf({ rows, columns, cells }: CellGrid, marks: readonly PlacedMark[]): ReadCells {
  const textOf = (cell: Quad) =>
    arrangeMarks(marks.filter(({ x, y }) => isInside(cell, [x, y]))).written.replaceAll(atEnds, '');
  const texts = Array.from({ length: rows }, (_, row) =>
    cells.slice(row * columns, (row + 1) * columns).map(textOf),
  );
  return { rows, columns, texts };
}

/** Whether a point lies on the inner side of each edge of a convex quadrilateral whose corners run clockwise. */
function isInside(quad: Quad, [x, y]: Point): boolean {
  return quad.every(([ax, ay], i) => {
    const [bx, by] = quad[(i + 1) % 4]!;
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0;
  });
}
