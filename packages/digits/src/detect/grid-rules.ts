/** Rules of a grid that were taken for strokes. */
import type { CellGrid } from './grid.ts';
import type { Point, Quad } from './homography.ts';
import type { FoundMark } from './marks.ts';

/** The centre of a rule lies at most this far from the edge of a cell, over the side of the cell across it. */
const nearest = 0.16;
/** A piece of rule is at least this long, over the side of the cell along it, and at most this wide over the other. */
const shortest = 0.55;
const widest = 0.3;

/** The marks without those that are the rules of a grid: long, narrow, and on the edge of a cell. */
export function withoutRules(marks: readonly FoundMark[], { cells }: CellGrid): FoundMark[] {
  return marks.filter((mark) => !cells.some((cell) => isRuleOf(cell, mark)));
}

/** Whether a mark is a piece of one of the four edges of a cell. */
function isRuleOf(cell: Quad, { x, y, width, height }: FoundMark): boolean {
  const [topLeft, topRight, bottomRight, bottomLeft] = cell;
  const across = (lengthOf(topLeft, topRight) + lengthOf(bottomLeft, bottomRight)) / 2;
  const down = (lengthOf(topLeft, bottomLeft) + lengthOf(topRight, bottomRight)) / 2;
  const lies = (from: Point, to: Point, reach: number) => distanceTo(from, to, [x, y]) <= nearest * reach;
  if (height >= shortest * down && width <= widest * across)
    return lies(topLeft, bottomLeft, across) || lies(topRight, bottomRight, across);
  if (width >= shortest * across && height <= widest * down)
    return lies(topLeft, topRight, down) || lies(bottomLeft, bottomRight, down);
  return false;
}

const lengthOf = ([ax, ay]: Point, [bx, by]: Point) => Math.hypot(bx - ax, by - ay);

/** The distance of a point from a straight line between two others; infinite beyond its ends. */
function distanceTo([ax, ay]: Point, [bx, by]: Point, [x, y]: Point): number {
  const length = Math.hypot(bx - ax, by - ay);
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  const along = (x - ax) * ux + (y - ay) * uy;
  if (along < 0 || along > length) return Number.POSITIVE_INFINITY;
  return Math.abs((x - ax) * uy - (y - ay) * ux);
}
