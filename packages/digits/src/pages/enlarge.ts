import type { Random } from '@inkwire/base';
import { pictureSide } from '../data/labelled-set.ts';
import { between } from './chance.ts';
import type { GlyphHand } from './hand.ts';
import { type Coverage, createCanvas } from './ink.ts';
import { tight } from './tight.ts';
import type { Extent } from './trace.ts';
import { drawWarp, type Warp, waveAt } from './warp.ts';

/** Empty pixels round a picture, so that neither blur nor interpolation asks for one outside. */
const border = 4;
const side = pictureSide + 2 * border;
/** MNIST's digits are 20 pixels high or wide: a height, the unit of warps. */
const digitSide = 20;
/** Below this height of the result, in pixels, each of its pixels is the mean of four. */
const coarse = 26;
/** Enlarged with another factor until the height is right to a pixel: one is mostly enough. */
const maxAttempts = 5;

/** A blurred picture whose ink is where it exceeds a threshold. */
interface Field {
  /** [side × side] 0…1 */
  readonly levels: Float32Array;
  readonly threshold: number;
  /** The slope of coverage at the threshold. */
  readonly gain: number;
}

/** The soft threshold that leaves lines as wide as a pen's, and how far it is off: MNIST's own pens differ. */
const thresholds = { thin: 0.6, thick: 0.24, spread: 0.05 };
/** Pens that MNIST's lines can be thinned and thickened to, heights. */
const pens = { thin: 0.055, thick: 0.15 };

/**
 * A grey picture of a digit [784] as that hand would write it, enlarged to `height` pixels of ink: turned, sheared,
 * stretched and bent, its line thickened or thinned by a soft threshold on the blurred picture. Undefined when that leaves
 * no ink.
 */
export function enlarge(
  pixels: Uint8Array,
  random: Random,
  hand: GlyphHand,
  height: number,
): Coverage | undefined {
  const warp = drawWarp(random, hand);
  const levels = blur(pixels, between(random, 0, 0.22));
  const threshold = thresholdFor(hand.nib.width) + thresholds.spread * random.normal();
  const extent = extentAfter(levels, threshold, warp);
  if (!extent) return undefined;
  const fine = height < coarse ? 2 : 1;
  let scale = (fine * height) / (extent.bottom - extent.top);
  for (let attempt = 1; ; attempt++) {
    const gain = Math.max(4, (hand.sharpness * scale) / digitSide);
    const raster = render({ levels, threshold, gain }, warp, extent, scale);
    const cut = tight(fine === 2 ? halved(raster) : raster);
    if (!cut || attempt === maxAttempts || Math.abs(cut.height - height) <= 1) return cut;
    scale *= height / cut.height;
  }
}

function thresholdFor(penWidth: number): number {
  const share = Math.log(penWidth / pens.thin) / Math.log(pens.thick / pens.thin);
  return thresholds.thin + Math.min(1, Math.max(0, share)) * (thresholds.thick - thresholds.thin);
}

/** The picture on a larger field, each pixel mixed with its neighbours by a share, its darkest at 1. */
function blur(pixels: Uint8Array, share: number): Float32Array {
  const rows = new Float32Array(side * side);
  for (let y = 0; y < pictureSide; y++)
    for (let x = -1; x <= pictureSide; x++) {
      const at = y * pictureSide + x;
      const left = x > 0 ? pixels[at - 1]! : 0;
      const right = x < pictureSide - 1 ? pixels[at + 1]! : 0;
      const middle = x >= 0 && x < pictureSide ? pixels[at]! : 0;
      rows[(y + border) * side + x + border] = middle + share * (left + right - 2 * middle);
    }
  const levels = new Float32Array(side * side);
  let darkest = 1;
  for (let i = side; i < levels.length - side; i++) {
    const middle = rows[i]!;
    const level = middle + share * (rows[i - side]! + rows[i + side]! - 2 * middle);
    levels[i] = level;
    if (level > darkest) darkest = level;
  }
  for (let i = 0; i < levels.length; i++) levels[i]! /= darkest;
  return levels;
}

/** The extent of the ink after a warp, in heights from the middle of the picture. */
function extentAfter(levels: Float32Array, threshold: number, warp: Warp): Extent | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      if (levels[y * side + x]! < threshold) continue;
      const [u, v] = [(x + 0.5 - side / 2) / digitSide, (y + 0.5 - side / 2) / digitSide];
      const [px, py] = [warp.a * u + warp.b * v, warp.c * u + warp.d * v];
      const wx = px + waveAt(warp.sway, py) + waveAt(warp.crowd, px);
      const wy = py + waveAt(warp.swell, px) + waveAt(warp.weigh, py);
      if (wx < left) left = wx;
      if (wx > right) right = wx;
      if (wy < top) top = wy;
      if (wy > bottom) bottom = wy;
    }
  if (right < left) return undefined;
  const half = 0.5 / digitSide;
  return { left: left - half, top: top - half, right: right + half, bottom: bottom + half };
}

/** Paper round the extent, in heights: where the ink comes to lie is known to about a pixel of the picture. */
const slack = 0.1;

/** For every pixel of the result, the level of the field at the point it comes from. */
function render({ levels, threshold, gain }: Field, warp: Warp, extent: Extent, scale: number): Coverage {
  const columns = Math.ceil((extent.right - extent.left + 2 * slack) * scale);
  // Even, so that halving takes all of it.
  const width = columns + (columns & 1);
  const rows = Math.ceil((extent.bottom - extent.top + 2 * slack) * scale);
  const height = rows + (rows & 1);
  const canvas = createCanvas(width, height);
  const atX = (x: number) => extent.left - slack + (x + 0.5) / scale;
  const atY = (y: number) => extent.top - slack + (y + 0.5) / scale;
  const crowd = Float32Array.from({ length: width }, (_, x) => atX(x) - waveAt(warp.crowd, atX(x)));
  const swell = Float32Array.from({ length: width }, (_, x) => waveAt(warp.swell, atX(x)));
  const size = digitSide / (warp.a * warp.d - warp.b * warp.c);
  const [a, b, c, d] = [warp.d * size, -warp.b * size, -warp.c * size, warp.a * size];
  const middle = side / 2 - 0.5;
  // Below, coverage is 0.
  const lowest = threshold - 0.5 / gain;
  for (let y = 0; y < height; y++) {
    const sway = waveAt(warp.sway, atY(y));
    const level = atY(y) - waveAt(warp.weigh, atY(y));
    for (let x = 0; x < width; x++) {
      const [px, py] = [crowd[x]! - sway, level - swell[x]!];
      const value = splineAt(levels, a * px + b * py + middle, c * px + d * py + middle);
      if (value > lowest) canvas.coverage[y * width + x] = Math.min(1, (value - lowest) * gain);
    }
  }
  return canvas;
}

/** Between pixels, by cubic B-splines: smooth, no ringing, a blur of 0.6 pixels. */
function splineAt(levels: Float32Array, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < 1 || top < 1 || left > side - 3 || top > side - 3) return 0;
  const [fx, fy] = [x - left, y - top];
  const [gx, gy] = [1 - fx, 1 - fy];
  const [x0, x3] = [gx * gx * gx, fx * fx * fx];
  const x1 = 4 - 6 * fx * fx + 3 * x3;
  const x2 = 4 - 6 * gx * gx + 3 * x0;
  const [y0, y3] = [gy * gy * gy, fy * fy * fy];
  const y1 = 4 - 6 * fy * fy + 3 * y3;
  const y2 = 4 - 6 * gy * gy + 3 * y0;
  let sum = 0;
  for (let row = 0, at = (top - 1) * side + left - 1; row < 4; row++, at += side) {
    const weight = row === 0 ? y0 : row === 1 ? y1 : row === 2 ? y2 : y3;
    sum += weight * (x0 * levels[at]! + x1 * levels[at + 1]! + x2 * levels[at + 2]! + x3 * levels[at + 3]!);
  }
  return sum / 36;
}

/** At half the size, each pixel the mean of four. */
function halved({ width, height, coverage }: Coverage): Coverage {
  const result = createCanvas(width / 2, height / 2);
  for (let y = 0; y < result.height; y++)
    for (let x = 0; x < result.width; x++) {
      const at = 2 * y * width + 2 * x;
      result.coverage[y * result.width + x] =
        (coverage[at]! + coverage[at + 1]! + coverage[at + width]! + coverage[at + width + 1]!) / 4;
    }
  return result;
}
