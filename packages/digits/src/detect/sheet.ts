/** Finds a light sheet on a dark ground: a note on a table, a page beside a book's gutter or a scanner's edge. */
import { labelComponents } from '../prepare/components.ts';
import type { Raster } from '../prepare/decode.ts';
import { type Grey, histogramOf, percentile } from '../prepare/grey.ts';
import { otsuThreshold } from '../prepare/polarity.ts';
import { flatSize, flatten, mapToQuad, type Point, type Quad } from './homography.ts';
import { areaOf, hullOf, largestQuad, reduceCorners, shrink, spansOf } from './outline.ts';

/** The search works on a picture reduced to about this side. */
const searchSide = 240;
/** Smaller pictures are cut out by someone: a digit's stroke could be taken for a sheet. */
const leastSide = 96;
/** A sheet has at least this share of the picture's area, and leaves at least that share to the ground. */
const leastSheet = 0.03;
const leastGround = 0.008;
/** Of a sheet's outline, the share that is sheet and not ink. */
const leastFill = 0.75;
/** Of what lies outside the outline, the share that is dark, and how bright it is beside the sheet. Shadow is brighter. */
const leastDark = 0.9;
const brightestGround = 0.45;
/** A sheet has corners, a digit's stroke has none: its outline is filled by its largest quadrilateral or hexagon. */
const leastQuad = 0.94;
const leastHexagon = 0.97;
/** An outline that is moved inwards keeps so many corners: those of a sheet, and those where the picture's edges cut it. */
const plainCorners = 8;
/** Of the pixels inside, the share that is darker than this share of the paper: writing. */
const leastWriting = 0.002;
const writingLevel = 0.88;

/** A sheet, cut out of its picture. */
export interface Sheet {
  /** Flattened where all its corners are seen; else as it lies, what is beside it in the colour of its paper. */
  readonly raster: Raster;
  /** Its corners in pixels of the picture it was found in. */
  readonly quad: Quad;
  /** The place of a point of the sheet in the picture that it was found in. */
  toRaster(x: number, y: number): Point;
}

/**
 * The sheet of a picture, or nothing when the picture has no dark ground around or beside something light with straight
 * edges and writing on it. Perspective is taken out up to about 30°.
 */
export function findSheet(raster: Raster): Sheet | undefined {
  if (Math.min(raster.width, raster.height) < leastSide) return undefined;
  const factor = Math.max(1, Math.round(Math.max(raster.width, raster.height) / searchSide));
  const grey = reducedGrey(raster, factor);
  const outline = outlineOf(grey);
  if (!outline) return undefined;
  // The last few pixels of the picture may have no place in the small one.
  const full = outline.map(
    ([x, y]): Point => [
      x === grey.width ? raster.width : x * factor,
      y === grey.height ? raster.height : y * factor,
    ],
  );
  const quad = largestQuad(full);
  const isWhole = quad && areaOf(quad) >= leastQuad * areaOf(full) && liesInside(quad, raster, 1.5 * factor);
  // The outermost pixels are half ground.
  return isWhole ? flatSheet(raster, shrink(quad, factor)) : cutSheet(raster, full, factor);
}

/** The convex outline of the sheet in a small picture. */
function outlineOf(grey: Grey): Point[] | undefined {
  const { width, height, data } = grey;
  const threshold = otsuThreshold(histogramOf(data));
  const bright = data.map((level) => (level > threshold ? 1 : 0));
  const { labels, components } = labelComponents({ width, height, data: bright });
  const largest = components.reduce((a, b) => (b.area > a.area ? b : a), { area: 0, label: 0 });
  if (largest.area < leastSheet * data.length) return undefined;
  const outline = hullOf(labels, width, largest.label);
  const area = areaOf(outline);
  if (data.length - area < leastGround * data.length || largest.area < leastFill * area) return undefined;
  const quad = largestQuad(outline);
  const hasCorners =
    (quad && areaOf(quad) >= leastQuad * area) || areaOf(reduceCorners(outline, 6)) >= leastHexagon * area;
  return hasCorners && isOnGround(grey, outline, threshold) ? outline : undefined;
}

/** Whether what is outside an outline is dark, and inside there is writing on something bright. */
function isOnGround({ width, height, data }: Grey, outline: readonly Point[], threshold: number): boolean {
  const { from, to } = spansOf(outline, height);
  const inner = spansOf(shrink(reduceCorners(outline, plainCorners), 3), height);
  const inside: number[] = [];
  let [outsideSum, outsideCount, outsideDark] = [0, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const level = data[y * width + x]!;
      if (x >= inner.from[y]! && x < inner.to[y]!) inside.push(level);
      if (x >= from[y]! && x < to[y]!) continue;
      outsideCount++;
      outsideSum += level;
      if (level <= threshold) outsideDark++;
    }
  if (outsideCount === 0 || inside.length === 0) return false;
  const paper = inside.toSorted((a, b) => a - b)[inside.length >> 1]!;
  const writing = inside.filter((level) => level < writingLevel * paper).length;
  return (
    outsideDark >= leastDark * outsideCount &&
    outsideSum / outsideCount <= brightestGround * paper &&
    writing >= leastWriting * inside.length
  );
}

const liesInside = (quad: Quad, { width, height }: Raster, margin: number): boolean =>
  quad.every(([x, y]) => x >= margin && y >= margin && x <= width - margin && y <= height - margin);

function flatSheet(raster: Raster, quad: Quad): Sheet {
  const { width, height } = flatSize(quad);
  const data = flatten(raster, quad, width, height, new Uint8Array(width * height * raster.channels));
  return { raster: { ...raster, width, height, data }, quad, toRaster: mapToQuad(width, height, quad) };
}

/** The part of a picture around an outline; what is beside the outline takes the colour of the paper. */
function cutSheet(raster: Raster, outline: readonly Point[], edge: number): Sheet {
  const xs = outline.map(([x]) => x);
  const ys = outline.map(([, y]) => y);
  const left = Math.max(0, Math.floor(Math.min(...xs)));
  const top = Math.max(0, Math.floor(Math.min(...ys)));
  const width = Math.min(raster.width, Math.ceil(Math.max(...xs))) - left;
  const height = Math.min(raster.height, Math.ceil(Math.max(...ys))) - top;
  const inner = spansOf(
    awayFromGround(reduceCorners(outline, plainCorners), raster, 2 * edge),
    raster.height,
  );
  const paper = paperOf(raster, inner);
  const { channels } = raster;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [left + x, top + y];
      const isInside = u >= inner.from[v]! && u < inner.to[v]!;
      for (let c = 0; c < channels; c++, at++)
        data[at] = isInside ? raster.data[(v * raster.width + u) * channels + c]! : paper[c]!;
    }
  const quad: Quad = [
    [left, top],
    [left + width, top],
    [left + width, top + height],
    [left, top + height],
  ];
  return { raster: { ...raster, width, height, data }, quad, toRaster: (x, y) => [left + x, top + y] };
}

/** An outline moved inwards, except where it runs along the picture's own edge: no ground is there. */
function awayFromGround(outline: readonly Point[], { width, height }: Raster, by: number): Point[] {
  const inner = shrink(outline, by);
  return outline.map(([x, y], i) => [
    x <= by ? 0 : x >= width - by ? width : inner[i]![0],
    y <= by ? 0 : y >= height - by ? height : inner[i]![1],
  ]);
}

/** The median of each channel over every few pixels of the sheet. */
function paperOf({ width, height, channels, data }: Raster, inner: { from: Int32Array; to: Int32Array }) {
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / 20_000)));
  return Array.from({ length: channels }, (_, c) => {
    const histogram = new Uint32Array(256);
    for (let y = 0; y < height; y += step)
      for (let x = inner.from[y]!; x < inner.to[y]!; x += step)
        histogram[data[(y * width + x) * channels + c]!]!++;
    return percentile(histogram, 0.5);
  });
}

/** The mean of the colours over squares of `factor` pixels, transparency over white. */
function reducedGrey({ width, height, channels, data }: Raster, factor: number): Grey {
  const columns = Math.floor(width / factor);
  const rows = Math.floor(height / factor);
  const colours = channels >= 3 ? 3 : 1;
  const hasAlpha = channels === 2 || channels === 4;
  const result = new Uint8Array(columns * rows);
  for (let row = 0, i = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i++) {
      let sum = 0;
      for (let y = row * factor; y < (row + 1) * factor; y++)
        for (let x = column * factor; x < (column + 1) * factor; x++) {
          const at = (y * width + x) * channels;
          let level = data[at]!;
          if (colours === 3) level = (level + data[at + 1]! + data[at + 2]!) / 3;
          sum += hasAlpha ? 255 - ((255 - level) * data[at + channels - 1]!) / 255 : level;
        }
      result[i] = sum / (factor * factor);
    }
  return { width: columns, height: rows, data: result };
}
