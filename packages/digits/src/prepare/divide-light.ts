import { type Grey, histogramOf, percentile } from './grey.ts';

/** Pictures at most this long are taken to be evenly lit: a digit fills too much of them to tell paper from light. */
const evenSide = 64;
/** The share of a tile's pixels that are darker than its paper level. */
const paperShare = 0.8;
/** The number of tiles along the longer side, and the number of them, either side, that a closing fills over ink. */
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
  const table = Uint8Array.from({ length: 256 }, (_, level) =>
    Math.max(0, 255 - (255 * level) / Math.max(1, paper)),
  );
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
  return { columns, rows, tile, levels: smooth(close(levels, columns, rows), columns, rows) };
}

/** Closes a grid, ways across and down in turn: what is dark and narrower than the window takes the level around it. */
function close(levels: Float32Array, columns: number, rows: number): Float32Array {
  return alongBoth(levels, columns, rows, closeLine);
}

function smooth(levels: Float32Array, columns: number, rows: number): Float32Array {
  return alongBoth(levels, columns, rows, (line) =>
    line.map((level, i) => ((line[i - 1] ?? level) + level + (line[i + 1] ?? level)) / 3),
  );
}

/** The greatest of each window, then the least of these. */
function closeLine(line: Float32Array): Float32Array {
  const window = (from: Float32Array, i: number) =>
    from.subarray(Math.max(0, i - closingRadius), i + closingRadius + 1);
  const greatest = line.map((_, i) => Math.max(...window(line, i)));
  return line.map((_, i) => Math.min(...window(greatest, i)));
}

/** Applies a filter of lines to the rows of a grid, then to its columns. */
function alongBoth(
  levels: Float32Array,
  columns: number,
  rows: number,
  filter: (line: Float32Array) => Float32Array,
): Float32Array {
  const result = new Float32Array(levels.length);
  for (let row = 0; row < rows; row++)
    result.set(filter(levels.subarray(row * columns, (row + 1) * columns)), row * columns);
  for (let column = 0; column < columns; column++) {
    const line = filter(Float32Array.from({ length: rows }, (_, row) => result[row * columns + column]!));
    for (let row = 0; row < rows; row++) result[row * columns + column] = line[row]!;
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
      result[y * width + x] = Math.max(ink, 0);
    }
  }
  return { width, height, data: result };
}
