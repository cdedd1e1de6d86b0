/** The sizes at which the detector sees a plane, so that digits of any height are of a height that it knows. */
import type { Edges } from '../prepare/boxes.ts';
import { type FoundMark, inkEdges } from './marks.ts';
import { normalise } from './normalise.ts';
import type { Plane } from './plane.ts';
import { regionsOf, withHalo } from './regions.ts';

/** The detector reads digits from 14 to 40 pixels high. A level ends that range, the next doubles it. */
const tallestDigit = 40;
/** A digit is at most this many times as high as wide: in a narrower picture it cannot be higher. */
const tallestAspect = 5;
/** Planes lower than this are seen enlarged as well: their digits may be smaller than 14 pixels. */
const lowPlane = 40;
/** Cells outside a region in which the centre of a mark may lie whose ink is in it, in pixels. */
const centreReach = 24;

/** A plane at one size. */
export interface Level {
  readonly plane: Plane;
  /** Pixels of the first plane in one of this. */
  readonly scale: number;
}

/** One input of the detector. */
export interface DetectorInput {
  /** Multiples of 8. */
  readonly width: number;
  readonly height: number;
  /** [height × width] normalised; 0 beyond the level's edges. */
  readonly data: Float32Array;
  /** The level's scale, and the input's place in its level. */
  readonly scale: number;
  readonly left: number;
  readonly top: number;
  /** The part of the input (pixels) where it, not a neighbour, finds marks. */
  readonly inner: Edges;
}

/**
 * The plane, halved again and again until a digit as high as the plane is at most 40 pixels high; a low plane also
 * doubled. From the coarsest to the finest.
 */
export function levelsOf(plane: Plane): Level[] {
  const levels: Level[] = [{ plane, scale: 1 }];
  if (plane.height < lowPlane) levels.unshift({ plane: doubled(plane), scale: 0.5 });
  let { plane: last, scale } = levels.at(-1)!;
  while (Math.min(last.height, tallestAspect * last.width) > tallestDigit) {
    last = halved(last);
    scale *= 2;
    levels.push({ plane: last, scale });
  }
  return levels.reverse();
}

/** A digit that coarser levels agree on is not looked for at a level at which it is higher than this, in pixels. */
const tooTall = 56;

/** The inputs that show all contrast of a level, save that of digits that are known and far too large for it. */
export function inputsOf({ plane, scale }: Level, known: readonly FoundMark[] = []): DetectorInput[] {
  const { width, height, data } = plane;
  const z = normalise(data, width, height);
  const areas = known.filter((mark) => mark.height > tooTall * scale).map((mark) => areaOf(mark, scale));
  return regionsOf(z, width, height, areas).map((region) => inputOf(z, plane, scale, region));
}

function areaOf(mark: FoundMark, scale: number): Edges {
  const { left, top, right, bottom } = inkEdges(mark);
  return { left: left / scale, top: top / scale, right: right / scale, bottom: bottom / scale };
}

/** Pixels of an input. */
export const pixelsOf = (inputs: readonly DetectorInput[]): number =>
  inputs.reduce((sum, { width, height }) => sum + width * height, 0);

function inputOf(z: Float32Array, plane: Plane, scale: number, region: Edges): DetectorInput {
  const { left, top, right, bottom } = withHalo(region, plane.width, plane.height);
  const width = Math.ceil((right - left) / 8) * 8;
  const height = Math.ceil((bottom - top) / 8) * 8;
  const data = new Float32Array(width * height);
  for (let y = top; y < bottom; y++)
    data.set(z.subarray(y * plane.width + left, y * plane.width + right), (y - top) * width);
  const inner = {
    left: region.left - left - centreReach,
    top: region.top - top - centreReach,
    right: region.right - left + centreReach,
    bottom: region.bottom - top + centreReach,
  };
  return { width, height, data, scale, left, top, inner };
}

/** Each pixel the mean of 2 × 2; a last odd row or column is repeated. */
export function halved({ width, height, data }: Plane): Plane {
  const columns = Math.ceil(width / 2);
  const rows = Math.ceil(height / 2);
  const result = new Float32Array(columns * rows);
  for (let row = 0, i = 0; row < rows; row++) {
    const upper = 2 * row * width;
    const lower = Math.min(height - 1, 2 * row + 1) * width;
    for (let column = 0; column < columns; column++, i++) {
      const left = 2 * column;
      const right = Math.min(width - 1, left + 1);
      result[i] =
        (data[upper + left]! + data[upper + right]! + data[lower + left]! + data[lower + right]!) / 4;
    }
  }
  return { width: columns, height: rows, data: result };
}

/** Twice the size, linear between the centres of pixels. */
function doubled({ width, height, data }: Plane): Plane {
  const result = new Float32Array(4 * width * height);
  for (let y = 0, i = 0; y < 2 * height; y++) {
    const near = (y >> 1) * width;
    const far = Math.min(height - 1, Math.max(0, (y >> 1) + (y & 1 ? 1 : -1))) * width;
    for (let x = 0; x < 2 * width; x++, i++) {
      const u = x >> 1;
      const v = Math.min(width - 1, Math.max(0, u + (x & 1 ? 1 : -1)));
      result[i] = (9 * data[near + u]! + 3 * (data[near + v]! + data[far + u]!) + data[far + v]!) / 16;
    }
  }
  return { width: 2 * width, height: 2 * height, data: result };
}
