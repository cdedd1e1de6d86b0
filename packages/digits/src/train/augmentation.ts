/**
 * Augmentation of training pictures, done in the training graph: only a few random numbers a picture go in.
 *
 *     numbers [B, 56] ─Gemm─▶ where each pixel is fetched from [B, 28, 28, 2] ─GridSample─▶ warped picture
 *                                                     blend with its 3×3 maximum or minimum ─▶ thicker or thinner
 *
 * A picture's 56 numbers are coefficients of 56 displacement fields that never change: x, y and 1 for each coordinate
 * (an affine map), and 5×5 cubic B-splines for each coordinate (a smooth elastic field; Simard, Steinkraus and Platt
 * 2003 smooth noise for the same end). Coordinates run from −1 to 1 between the centres of the outermost pixels.
 */
import type { Random } from '@inkwire/base';
import {
  add,
  constant,
  gridSample,
  matmul,
  maxPool,
  minPool,
  mul,
  reshape,
  split,
  sub,
  type Tensor,
} from '@inkwire/tensor';
import { pictureSide } from '../data/labelled-set.ts';
import type { AugmentationOptions } from '../recipes/recipe.ts';

const knots = 5;
const affineFields = 6;
/** Numbers a picture that say where its pixels come from. */
export const warpNumbers = affineFields + 2 * knots * knots;

const pixelWidth = 2 / (pictureSide - 1);
const centreOf = (index: number) => index * pixelWidth - 1;

/** The uniform cubic B-spline, which is 2/3 at 0 and 0 from ±2 on. */
function cubicSpline(t: number): number {
  const d = Math.abs(t);
  if (d >= 2) return 0;
  return d >= 1 ? (2 - d) ** 3 / 6 : 2 / 3 - d * d + d ** 3 / 2;
}

/** The displacement fields, [warpNumbers, 28 · 28 · 2]. */
function displacementFields(): Float32Array {
  const size = pictureSide * pictureSide * 2;
  const fields = new Float32Array(warpNumbers * size);
  const knotSpacing = 2 / (knots - 1);
  for (let row = 0; row < pictureSide; row++) {
    for (let column = 0; column < pictureSide; column++) {
      const [x, y] = [centreOf(column), centreOf(row)];
      const at = (row * pictureSide + column) * 2;
      [x, y, 1].forEach((value, field) => {
        fields[field * size + at] = value;
        fields[(field + 3) * size + at + 1] = value;
      });
      for (let knot = 0; knot < knots * knots; knot++) {
        const along = cubicSpline((x - ((knot % knots) * knotSpacing - 1)) / knotSpacing);
        const down = cubicSpline((y - (Math.floor(knot / knots) * knotSpacing - 1)) / knotSpacing);
        fields[(affineFields + knot) * size + at] = along * down;
        fields[(affineFields + knots * knots + knot) * size + at + 1] = along * down;
      }
    }
  }
  return fields;
}

/** Pictures `[batch, 1, 28, 28]` warped by `warp` `[batch, warpNumbers]` and thickened by `thickness` `[batch, 2]`. */
export function augment(pictures: Tensor, warp: Tensor, thickness: Tensor): Tensor {
  const batch = pictures.shape[0]!;
  const fields = constant(displacementFields(), [warpNumbers, pictureSide * pictureSide * 2]);
  const grid = reshape(matmul(warp, fields), [batch, pictureSide, pictureSide, 2]);
  const warped = gridSample(pictures, grid, { alignCorners: true });
  const around = { stride: 1, padding: 'same' } as const;
  const [more, less] = split(thickness, [1, 1], 1).map((column) => reshape(column, [batch, 1, 1, 1]));
  const thicker = mul(more!, sub(maxPool(warped, 3, around), warped));
  const thinner = mul(less!, sub(minPool(warped, 3, around), warped));
  return add(warped, add(thicker, thinner));
}

/** Draws the numbers of one batch: `warp` `[batch, warpNumbers]` and `thickness` `[batch, 2]`, how far thicker and thinner. */
export function drawAugmentation(
  options: AugmentationOptions,
  random: Random,
  warp: Float32Array,
  thickness: Float32Array,
): void {
  const between = (limit: number) => (2 * random.next() - 1) * limit;
  for (let picture = 0; picture < warp.length / warpNumbers; picture++) {
    const angle = (between(options.rotation) * Math.PI) / 180;
    const size = Math.exp(between(options.scale));
    const stretch = Math.exp(between(options.aspect) / 2);
    const shear = between(options.shear);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const numbers = warp.subarray(picture * warpNumbers, (picture + 1) * warpNumbers);
    // rotation · shear · scale, applied to where a pixel is fetched from
    numbers[0] = (cos * stretch) / size;
    numbers[1] = (cos * shear * stretch - sin / stretch) / size;
    numbers[2] = between(options.shift) * pixelWidth;
    numbers[3] = (sin * stretch) / size;
    numbers[4] = (sin * shear * stretch + cos / stretch) / size;
    numbers[5] = between(options.shift) * pixelWidth;
    for (let at = affineFields; at < warpNumbers; at++)
      numbers[at] = random.normal() * options.elastic * pixelWidth;

    const changed = random.next() < options.thickness;
    const amount = between(1);
    thickness[picture * 2] = changed && amount > 0 ? amount : 0;
    thickness[picture * 2 + 1] = changed && amount < 0 ? -amount : 0;
  }
}
