/** Finds a grid of cells, such as a sudoku or a form: straight rules at even distances, seen from any side. */
import { type Component, labelComponents } from '../prepare/components.ts';
import { flatten, mapToQuad, type Point, type Quad } from './homography.ts';
import { halved } from './levels.ts';
import { normalise } from './normalise.ts';
import { areaOf, hullOf, largestQuad } from './outline.ts';
import type { Plane } from './plane.ts';

/** Rules are looked for on a plane reduced to at most this side. */
const searchSide = 800;
/** A grid is at least this long, as a share of the plane's shorter side. */
const leastExtent = 0.25;
/** Local contrast from which a pixel may be part of a rule. */
const ruleContrast = 0.7;
/**
 * Inside a grid's outline rules are thinner, and paler beside its digits: the mean contrast of a piece of rule, in which no
 * pixel counts for more than the most.
 */
const innerContrast = 0.4;
const mostContrast = 1.5;
/** The length of such a piece in the flattened grid: long enough for noise to be even. */
const pieceLength = 15;
/** So many of the largest pieces of ink are tried. */
const tries = 3;
/** A grid's outline is a quadrilateral: its hull is hardly larger. */
const leastQuad = 0.9;
/** The grid, flattened, has this side; a rule may lie off its place by this share of the side. */
const flatSide = 360;
const offPlace = 0.015;
/** The share of a rule's length that must be seen, and the mean of all of them. */
const leastSeen = 0.55;
const leastMeanSeen = 0.75;
/** Most rows and columns: then a cell is 18 pixels of the flattened grid. */
const mostCells = 20;

/** A grid's cells in pixels of the plane, row by row. */
export interface CellGrid {
  readonly rows: number;
  readonly columns: number;
  /** [rows × columns] corners: top left, top right, bottom right, bottom left. */
  readonly cells: readonly Quad[];
}

/**
 * The grid of a plane (ink dark): at least 2 × 2 cells of equal size, its whole border within the plane, perspective and
 * lean allowed. Nothing when there is no clear one; squared paper that runs off the plane is none.
 */
export function findGrid(plane: Plane): CellGrid | undefined {
  const { plane: small, scale } = reduced(plane);
  const { width, height } = small;
  const z = normalise(small.data, width, height);
  const ink = closed(z, width, height);
  const { labels, components } = labelComponents({ width, height, data: ink });
  const extent = leastExtent * Math.min(width, height);
  const candidates = components
    .filter((piece) => isFramed(piece, width, height) && shorterSide(piece) >= extent)
    .sort((a, b) => boxArea(b) - boxArea(a))
    .slice(0, tries);
  for (const { label } of candidates) {
    const hull = hullOf(labels, width, label);
    const quad = largestQuad(hull);
    if (!quad || areaOf(quad) < leastQuad * areaOf(hull)) continue;
    const counts = countCells({ width, height, data: z }, quad);
    if (counts)
      return cellsOf(quad.map(([x, y]): Point => [x * scale, y * scale]) as unknown as Quad, counts);
  }
  return undefined;
}

const shorterSide = ({ left, top, right, bottom }: Component) => Math.min(right - left, bottom - top);
const boxArea = ({ left, top, right, bottom }: Component) => (right - left) * (bottom - top);
/** Not touching the edge on any side: paper with printed squares does. */
const isFramed = ({ left, top, right, bottom }: Component, width: number, height: number) =>
  left > 0 && top > 0 && right < width && bottom < height;

function reduced(plane: Plane): { plane: Plane; scale: number } {
  let [small, scale] = [plane, 1];
  while (Math.max(small.width, small.height) > searchSide) {
    small = halved(small);
    scale *= 2;
  }
  return { plane: small, scale };
}

/** [height × width] 1 = contrast at a pixel or beside it: gaps of a pixel in a rule are closed. */
function closed(z: Float32Array, width: number, height: number): Uint8Array {
  const result = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (z[i]! < ruleContrast) continue;
      result[i] = 1;
      if (x + 1 < width) result[i + 1] = 1;
      if (y + 1 < height) result[i + width] = 1;
    }
  return result;
}

/** The number of rows and columns of equal size that the rules inside a quadrilateral make. */
function countCells(contrast: Plane, quad: Quad): { rows: number; columns: number } | undefined {
  const flat = flatten(
    { ...contrast, channels: 1 },
    quad,
    flatSide,
    flatSide,
    new Float32Array(flatSide ** 2),
  );
  const columns = evenRules((rule, along) => flat[along * flatSide + rule]!);
  const rows = evenRules((rule, along) => flat[rule * flatSide + along]!);
  return rows && columns ? { rows, columns } : undefined;
}

/** The greatest number of equal parts between whose borders rules run from side to side; undefined below 2. */
function evenRules(contrastAt: (rule: number, along: number) => number): number | undefined {
  for (let parts = mostCells; parts >= 2; parts--) {
    const seen = Array.from({ length: parts + 1 }, (_, i) => seenAt(contrastAt, (i * flatSide) / parts));
    const mean = seen.reduce((a, b) => a + b) / seen.length;
    if (mean >= leastMeanSeen && Math.min(...seen) >= leastSeen) return parts;
  }
  return undefined;
}

/** The share of a rule's length along which there is contrast near its place: of short pieces, which may lie apart. */
function seenAt(contrastAt: (rule: number, along: number) => number, place: number): number {
  const first = Math.max(0, Math.round(place - offPlace * flatSide));
  const last = Math.min(flatSide - 1, Math.round(place + offPlace * flatSide));
  let seen = 0;
  for (let start = 0; start < flatSide; start += pieceLength)
    for (let rule = first; rule <= last; rule++) {
      let sum = 0;
      for (let along = start; along < start + pieceLength; along++)
        sum += Math.min(mostContrast, contrastAt(rule, along));
      if (sum < innerContrast * pieceLength) continue;
      seen += pieceLength;
      break;
    }
  return seen / flatSide;
}

function cellsOf(quad: Quad, { rows, columns }: { rows: number; columns: number }): CellGrid {
  const toPlane = mapToQuad(columns, rows, quad);
  const cells: Quad[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      cells.push([
        toPlane(column, row),
        toPlane(column + 1, row),
        toPlane(column + 1, row + 1),
        toPlane(column, row + 1),
      ]);
  return { rows, columns, cells };
}
