import { type Grey, histogramOf, percentile } from './grey.ts';

/** Pictures at most this long are taken to be evenly lit: a digit fills too much of them to tell paper from light. */
const evenSide = 64;
/** The share of a tile's pixels that are darker than its paper level. */
const paperShare = 0.8;
/** How many tiles the longer side is cut into, and how many of them, either side, a closing fills over ink. */
const tilesAcross = 32;
const closingRadius = 4;
/** Paper levels that differ less than this are one: drawn and scanned pictures keep their exact levels. */
const evenSpread = 10;

/** Levels of paper on a coarse grid of tiles. */
interface PaperMap {
  readonly columns: number;
  readonly rows: number;
  readonly tile: number;
  readonly levels: Float32Array;
}

/**
 * Divides uneven light out of a picture whose ink is darker than its paper: gives ink, 0 = paper, 255 = no light
 * at all. Paper is the 80th percentile of each tile, closed (greatest, then least of the tiles around) so that ink
 * up to a quarter of the picture wide does not count as shade, smoothed, and interpolated between tiles.
 */
export function divideLight(grey: Grey): Grey {
  const { width, height } = grey;
  if (Math.max(width, height) <= evenSide) return divideBy(grey, percentile(histogramOf(grey.data), 0.9));
  const map = paperMap(grey);
  const least = map.levels.reduce((a, b) => Math.min(a, b));
  const greatest = map.levels.reduce((a, b) => Math.max(a, b));
  if (greatest - least <= evenSpread) return divideBy(grey, map.levels.toSorted()[map.levels.length >> 1]!);
  return divideByMap(grey, map);
}

function divideBy({ width, height, data }: Grey, paper: number): Grey {
  const table = Uint8Array.from({ length: 256 }, (_, level) => Math.max(0, 255 - (255 * level) / Math.max(1, paper)));
  const result = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) result[i] = table[data[i]!]!;
  return { width, height, data: result };
}

function paperMap(grey: Grey): PaperMap {
  const tile = Math.ceil(Math.max(grey.width, grey.height) / tilesAcross);
  const columns = Math.ceil(grey.width / tile);
  const rows = Math.ceil(grey.height / tile);
  const levels = new Float32Array(columns * rows);
  const histogram = new Uint32Array(256);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      histogram.fill(0);
      const right = Math.min(grey.width, (column + 1) * tile);
      const bottom = Math.min(grey.height, (row + 1) * tile);
      for (let y = row * tile; y < bottom; y++)
        for (let i = y * grey.width + column * tile; i < y * grey.width + right; i++)
          histogram[grey.data[i]!]!++;
      levels[row * columns + column] = percentile(histogram, paperShare);
    }
  const { length } = levels;
  const filter = (from: Float32Array, radius: number, pick: (levels: number[]) => number) => {
    const along = slide(from, length, columns, 1, radius, pick);
    return slide(along, length, rows, columns, radius, pick);
  };
  const dilated = filter(levels, closingRadius, (around) => Math.max(...around));
  const closed = filter(dilated, closingRadius, (around) => Math.min(...around));
  const mean = (around: number[]) => around.reduce((a, b) => a + b) / around.length;
  return { columns, rows, tile, levels: filter(closed, 1, mean) };
}

/** For each level of a grid, picks one of those within `radius` along the axis of `extent` steps of `stride`. */
function slide(
  levels: Float32Array,
  length: number,
  extent: number,
  stride: number,
  radius: number,
  pick: (levels: number[]) => number,
): Float32Array {
  const result = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const at = Math.floor(i / stride) % extent;
    const around: number[] = [];
    for (let k = Math.max(-radius, -at); k <= Math.min(radius, extent - 1 - at); k++)
      around.push(levels[i + k * stride]!);
    result[i] = pick(around);
  }
  return result;
}

function divideByMap({ width, height, data }: Grey, { columns, rows, tile, levels }: PaperMap): Grey {
  const result = new Uint8Array(data.length);
  const line = new Float32Array(columns);
  for (let y = 0; y < height; y++) {
    const v = Math.min(rows - 1, Math.max(0, (y + 0.5) / tile - 0.5));
    const above = Math.floor(v) * columns;
    const below = Math.min(rows - 1, Math.floor(v) + 1) * columns;
    for (let c = 0; c < columns; c++)
      line[c] = levels[above + c]! + (levels[below + c]! - levels[above + c]!) * (v % 1);
    for (let x = 0; x < width; x++) {
      const u = Math.min(columns - 1, Math.max(0, (x + 0.5) / tile - 0.5));
      const left = Math.floor(u);
      const right = Math.min(columns - 1, left + 1);
      const paper = Math.max(1, line[left]! + (line[right]! - line[left]!) * (u - left));
      const ink = 255 - (255 * data[y * width + x]!) / paper;
      result[y * width + x] = ink > 0 ? ink : 0;
    }
  }
  return { width, height, data: result };
}
