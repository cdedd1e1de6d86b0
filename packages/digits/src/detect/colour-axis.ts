import type { Raster } from '../prepare/decode.ts';

/** Blocks over which paper and light are taken to be even, in pixels. */
const blockSide = 24;
/** About this many pixels are enough to know the colours of a picture. */
const samples = 60_000;
/** Jacobi rotations of a 3 × 3 matrix: each sweep squares the error, so this many leave none. */
const sweeps = 6;

/** A direction in RGB, of length 1. */
export type Axis = readonly [red: number, green: number, blue: number];
/** The upper half of a symmetric 3 × 3 matrix: rr, gg, bb, rg, rb, gb. */
type Symmetric = [number, number, number, number, number, number];

/** Equal parts of all three: what grey pictures have. */
export const greyAxis: Axis = [Math.sqrt(1 / 3), Math.sqrt(1 / 3), Math.sqrt(1 / 3)];

/** The spread of the colours of a picture within its blocks. */
export interface ColourSpread {
  /** The direction in which they differ most. Darker colours lie towards its negative end. */
  readonly axis: Axis;
  /** The variance of all channels together, channels 0…1. */
  readonly variance: number;
}

/**
 * The direction in RGB in which a picture's colours differ most from those around them. Light that changes slowly, and
 * paper of two colours, do not count: only the differences from the mean of each block of 24 pixels do. `level` gives the
 * channels 0…2 at an index of pixel, 0…1.
 */
export function colourSpread(
  { width, height }: Pick<Raster, 'width' | 'height'>,
  level: (pixel: number, channel: number) => number,
): ColourSpread {
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / samples)));
  const block = Math.max(blockSide, 6 * step);
  const total: Symmetric = [0, 0, 0, 0, 0, 0];
  let count = 0;
  for (let top = 0; top < height; top += block)
    for (let left = 0; left < width; left += block) {
      const bottom = Math.min(height, top + block);
      const right = Math.min(width, left + block);
      const sums = [0, 0, 0];
      const squares: Symmetric = [0, 0, 0, 0, 0, 0];
      let n = 0;
      for (let y = top; y < bottom; y += step)
        for (let x = left; x < right; x += step) {
          const pixel = y * width + x;
          addSample(sums, squares, level(pixel, 0), level(pixel, 1), level(pixel, 2));
          n++;
        }
      centre(squares, sums, n);
      for (let i = 0; i < 6; i++) total[i]! += squares[i]!;
      count += n;
    }
  const variance = (total[0] + total[1] + total[2]) / Math.max(1, count);
  return { axis: variance < 1e-9 ? greyAxis : towardsLight(principalAxis(total)), variance };
}

function addSample(sums: number[], squares: Symmetric, r: number, g: number, b: number): void {
  sums[0]! += r;
  sums[1]! += g;
  sums[2]! += b;
  squares[0] += r * r;
  squares[1] += g * g;
  squares[2] += b * b;
  squares[3] += r * g;
  squares[4] += r * b;
  squares[5] += g * b;
}

/** Turns sums of products into sums of products of differences from the mean. */
function centre(squares: Symmetric, sums: readonly number[], count: number): void {
  const [r, g, b] = sums as [number, number, number];
  squares[0] -= (r * r) / count;
  squares[1] -= (g * g) / count;
  squares[2] -= (b * b) / count;
  squares[3] -= (r * g) / count;
  squares[4] -= (r * b) / count;
  squares[5] -= (g * b) / count;
}

/** The eigenvector of the greatest eigenvalue, by Jacobi's rotations (Golub and Van Loan, section 8.5). */
export function principalAxis([rr, gg, bb, rg, rb, gb]: Readonly<Symmetric>): Axis {
  const m = [
    [rr, rg, rb],
    [rg, gg, gb],
    [rb, gb, bb],
  ];
  const v = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  for (let sweep = 0; sweep < sweeps; sweep++) {
    rotate(m, v, 0, 1);
    rotate(m, v, 0, 2);
    rotate(m, v, 1, 2);
  }
  let best = 0;
  for (let i = 1; i < 3; i++) if (m[i]![i]! > m[best]![best]!) best = i;
  return [v[0]![best]!, v[1]![best]!, v[2]![best]!];
}

/** Rotates rows and columns p and q so that m[p][q] becomes 0. */
function rotate(m: number[][], v: number[][], p: number, q: number): void {
  const off = m[p]![q]!;
  if (off === 0) return;
  const theta = (m[q]![q]! - m[p]![p]!) / (2 * off);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let i = 0; i < 3; i++) turn(m[i]!, p, q, c, s);
  const rowP = m[p]!;
  const rowQ = m[q]!;
  for (let i = 0; i < 3; i++) {
    const [a, b] = [rowP[i]!, rowQ[i]!];
    rowP[i] = c * a - s * b;
    rowQ[i] = s * a + c * b;
  }
  for (let i = 0; i < 3; i++) turn(v[i]!, p, q, c, s);
}

function turn(row: number[], p: number, q: number, c: number, s: number): void {
  const [a, b] = [row[p]!, row[q]!];
  row[p] = c * a - s * b;
  row[q] = s * a + c * b;
}

function towardsLight([r, g, b]: Axis): Axis {
  return r + g + b >= 0 ? [r, g, b] : [-r, -g, -b];
}
