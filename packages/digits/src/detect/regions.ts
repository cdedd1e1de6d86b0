/** Which parts of a level the detector has to see: those with contrast, in few rectangles of little area. */
import type { Edges } from '../prepare/boxes.ts';

/** Contrast is looked for in squares of this side, in pixels. */
export const blockSide = 32;
/** The margin around a mark's ink that the network may see, in pixels: its receptive field. */
export const halo = 64;
/** Local contrast, over 2 × 2 pixels, that ink has and the noise of a camera has not: four deviations of noise. */
const leastContrast = 1.5;
/** So many such places make a block worth a look. The thinnest digit of 14 pixels has three times as many. */
const leastPlaces = 3;
/** The cost of one more run, in pixels of input. */
const runCost = 4096;
/** No input has a longer side than this, halo aside: that bounds the memory of a run. */
const longestSide = 1024;
/** A cut must save at least this share. */
const leastSaving = 0.05;

/** Blocks of a level that have contrast. */
interface Blocks {
  readonly columns: number;
  readonly rows: number;
  /** [rows × columns] 1 = contrast. */
  readonly active: Uint8Array;
}

/**
 * Rectangles that together hold all contrast of a normalised level [height × width], without halo; what lies in the areas
 * `known` (pixels) need not be seen. Where it pays, they are several: a mostly empty page costs little. They do not
 * overlap, and no side is longer than 1024.
 */
export function regionsOf(
  normalised: Float32Array,
  width: number,
  height: number,
  known: readonly Edges[] = [],
): Edges[] {
  const blocks = activeBlocks(without(known, normalised, width, height), width, height);
  const found: Edges[] = [];
  divide(blocks, { left: 0, top: 0, right: blocks.columns, bottom: blocks.rows }, found);
  return found.map(({ left, top, right, bottom }) => ({
    left: left * blockSide,
    top: top * blockSide,
    right: Math.min(width, right * blockSide),
    bottom: Math.min(height, bottom * blockSide),
  }));
}

/** A region with its halo, cut at the level's edges: what the detector is given. */
export function withHalo(region: Edges, width: number, height: number): Edges {
  return {
    left: Math.max(0, region.left - halo),
    top: Math.max(0, region.top - halo),
    right: Math.min(width, region.right + halo),
    bottom: Math.min(height, region.bottom + halo),
  };
}

/** A level with bare paper in some areas. */
function without(areas: readonly Edges[], z: Float32Array, width: number, height: number): Float32Array {
  if (areas.length === 0) return z;
  const result = z.slice();
  for (const { left, top, right, bottom } of areas)
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(height, bottom); y++)
      result.fill(
        0,
        y * width + Math.max(0, Math.floor(left)),
        y * width + Math.min(width, Math.ceil(right)),
      );
  return result;
}

function activeBlocks(z: Float32Array, width: number, height: number): Blocks {
  const columns = Math.ceil(width / blockSide);
  const rows = Math.ceil(height / blockSide);
  const places = new Uint16Array(columns * rows);
  for (let y = 0; y + 1 < height; y++) {
    const row = Math.floor(y / blockSide) * columns;
    for (let x = 0, i = y * width; x + 1 < width; x++, i++) {
      if (z[i]! < leastContrast) continue;
      if (z[i]! + z[i + 1]! + z[i + width]! + z[i + width + 1]! >= 4 * leastContrast)
        places[row + Math.floor(x / blockSide)]!++;
    }
  }
  return { columns, rows, active: Uint8Array.from(places, (count) => (count >= leastPlaces ? 1 : 0)) };
}

/** Cuts an area of blocks in two as long as that makes the inputs smaller or is needed, and collects what is left. */
function divide(blocks: Blocks, area: Edges, found: Edges[]): void {
  const tight = tighten(blocks, area);
  if (!tight) return;
  const cut = bestCut(blocks, tight);
  if (!cut) {
    found.push(tight);
    return;
  }
  divide(blocks, cut[0], found);
  divide(blocks, cut[1], found);
}

/** The smallest area around the active blocks of an area. */
function tighten({ columns, active }: Blocks, area: Edges): Edges | undefined {
  let [left, top, right, bottom] = [area.right, area.bottom, 0, 0];
  for (let row = area.top; row < area.bottom; row++)
    for (let column = area.left; column < area.right; column++) {
      if (active[row * columns + column] === 0) continue;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = row + 1;
    }
  return right === 0 ? undefined : { left, top, right, bottom };
}

/** Pixels that the detector would be given for an area of blocks. */
function costOf({ left, top, right, bottom }: Edges): number {
  return ((right - left) * blockSide + 2 * halo) * ((bottom - top) * blockSide + 2 * halo) + runCost;
}

/**
 * The cut across or down after which the two parts, tightened, cost least. Where none saves enough, an area that is too
 * long is halved, and any other is left whole.
 */
function bestCut(blocks: Blocks, area: Edges): readonly [Edges, Edges] | undefined {
  const { left, top, right, bottom } = area;
  let least = (1 - leastSaving) * costOf(area);
  let best: readonly [Edges, Edges] | undefined;
  const consider = (parts: readonly [Edges, Edges]): void => {
    const cost = costIn(blocks, parts[0]) + costIn(blocks, parts[1]);
    if (cost < least) [least, best] = [cost, parts];
  };
  for (let at = left + 1; at < right; at++) consider(cutAcross(area, at));
  for (let at = top + 1; at < bottom; at++) consider(cutDown(area, at));
  if (best || Math.max(right - left, bottom - top) * blockSide <= longestSide) return best;
  return right - left >= bottom - top
    ? cutAcross(area, (left + right) >> 1)
    : cutDown(area, (top + bottom) >> 1);
}

const cutAcross = (area: Edges, at: number): readonly [Edges, Edges] => [
  { ...area, right: at },
  { ...area, left: at },
];
const cutDown = (area: Edges, at: number): readonly [Edges, Edges] => [
  { ...area, bottom: at },
  { ...area, top: at },
];

function costIn(blocks: Blocks, area: Edges): number {
  const tight = tighten(blocks, area);
  return tight ? costOf(tight) : 0;
}
