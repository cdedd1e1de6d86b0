/** The defects of a camera or scanner: blur, coarse pixels, noise, JPEG, two levels. */
import type { Random } from '@inkwire/base';
import { between, chance, nearlyNormal, scaled } from './chance.ts';

/**
 * Takes a picture of a page, in place. `plane` [height × width], 0 = black, 1 = white; sides are multiples of 8. Noise is
 * never so strong that ink of that darkness (0…1) could not be read.
 */
export function photograph(
  random: Random,
  plane: Float32Array,
  width: number,
  height: number,
  ink: number,
): void {
  if (chance(random, 0.6)) blur(plane, width, height, between(random, 0.3, 1.3));
  if (chance(random, 0.12)) coarsen(plane, width, height, between(random, 1.2, 2.2));
  const noise = chance(random, 0.6) ? ink * scaled(random, 0.005, 0.25) : 0;
  for (let i = 0; i < plane.length; i++) {
    const level = noise === 0 ? plane[i]! : plane[i]! + noise * nearlyNormal(random);
    plane[i] = Math.min(1, Math.max(0, level));
  }
  if (chance(random, 0.3)) compress(plane, width, height, between(random, ink < 0.25 ? 60 : 20, 95));
  if (chance(random, 0.05)) binarise(random, plane, width, height, ink);
}

/** A Gaussian of that deviation, pixels. */
export function blur(plane: Float32Array, width: number, height: number, deviation: number): void {
  const reach = Math.ceil(2.5 * deviation);
  const kernel = Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)),
  );
  const total = kernel.reduce((a, b) => a + b);
  for (let k = 0; k < kernel.length; k++) kernel[k]! /= total;
  for (let y = 0; y < height; y++) blurLine(plane, y * width, 1, width, kernel);
  for (let x = 0; x < width; x++) blurLine(plane, x, width, height, kernel);
}

/** Blurs `length` numbers that lie `step` apart from `start`, in place; beyond its ends a line goes on as it ends. */
function blurLine(
  plane: Float32Array,
  start: number,
  step: number,
  length: number,
  kernel: Float32Array,
): void {
  const reach = kernel.length >> 1;
  const line = new Float32Array(length + 2 * reach);
  for (let i = 0; i < line.length; i++)
    line[i] = plane[start + Math.min(length - 1, Math.max(0, i - reach)) * step]!;
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let k = 0; k < kernel.length; k++) sum += kernel[k]! * line[i + k]!;
    plane[start + i * step] = sum;
  }
}

/** As if there were fewer pixels: each is taken from a grid that is `factor` times as coarse, linear between. */
function coarsen(plane: Float32Array, width: number, height: number, factor: number): void {
  blur(plane, width, height, 0.4 * factor);
  const source = plane.slice();
  for (let y = 0; y < height; y++) {
    const row = Math.min(height - 1, Math.round(Math.floor(y / factor + 0.5) * factor));
    for (let x = 0; x < width; x++) {
      const column = x / factor;
      const left = Math.floor(column);
      const share = column - left;
      const a = source[row * width + Math.min(width - 1, Math.round(left * factor))]!;
      const b = source[row * width + Math.min(width - 1, Math.round((left + 1) * factor))]!;
      plane[y * width + x] = a + share * (b - a);
    }
  }
}

/**
 * Black and white, as scanners make it: black is what is darker than its surroundings by a share of the ink, so that no
 * digit disappears with the paper round it.
 */
function binarise(random: Random, plane: Float32Array, width: number, height: number, ink: number): void {
  const around = plane.slice();
  blur(around, width, height, 8);
  const level = 1 - ink * between(random, 0.15, 0.5);
  for (let i = 0; i < plane.length; i++) plane[i] = plane[i]! < level * around[i]! ? 0 : 1;
}

/** JPEG's luminance table for quality 50 (ITU-T T.81, annex K.1). */
const luminance = Float32Array.from([
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]);
/** The cosines of an 8-point DCT, [frequency × sample], orthonormal. */
const cosines = Float32Array.from({ length: 64 }, (_, i) => {
  const [frequency, sample] = [i >> 3, i & 7];
  return (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * sample + 1) * frequency * Math.PI) / 16);
});
/** Their transpose, [sample × frequency], which is their inverse. */
const transposed = cosines.map((_, i) => cosines[(i & 7) * 8 + (i >> 3)]!);

/** Quantises 8 × 8 blocks as a JPEG of that quality (1…100) does. */
function compress(plane: Float32Array, width: number, height: number, quality: number): void {
  const scale = (quality < 50 ? 5000 / quality : 200 - 2 * quality) / 100;
  const [block, half, coefficients] = [new Float32Array(64), new Float32Array(64), new Float32Array(64)];
  for (let top = 0; top + 8 <= height; top += 8)
    for (let left = 0; left + 8 <= width; left += 8) {
      for (let y = 0; y < 8; y++)
        for (let x = 0; x < 8; x++) block[y * 8 + x] = 255 * plane[(top + y) * width + left + x]! - 128;
      multiply(cosines, block, half);
      multiply(half, transposed, coefficients);
      for (let i = 0; i < 64; i++) {
        const step = Math.max(1, luminance[i]! * scale);
        coefficients[i] = Math.round(coefficients[i]! / step) * step;
      }
      multiply(transposed, coefficients, half);
      multiply(half, cosines, block);
      for (let y = 0; y < 8; y++)
        for (let x = 0; x < 8; x++)
          plane[(top + y) * width + left + x] = Math.min(1, Math.max(0, (block[y * 8 + x]! + 128) / 255));
    }
}

/** out = a · b; all 8 × 8. */
function multiply(a: Float32Array, b: Float32Array, out: Float32Array): void {
  for (let i = 0; i < 8; i++)
    for (let j = 0; j < 8; j++) {
      let sum = 0;
      for (let k = 0; k < 8; k++) sum += a[i * 8 + k]! * b[k * 8 + j]!;
      out[i * 8 + j] = sum;
    }
}
