/**
 * A second look at digits of which a network is not sure. It sees each of them again in other shapes, as other hands and pens
 * would have written it, and the mean of all its answers counts. With the bundled `cnn` one digit in thirty costs this, and
 * of 112 mistakes on digits that nothing was trained on it mends 17 (docs/figures.md).
 */
import { digitBytes, pictureSide } from '../data/labelled-set.ts';
import { topOf } from './calibration.ts';

/** Takes a digit to another shape: [784] to [784]. */
type Reshape = (pixels: Uint8Array) => Uint8Array;

const otherShapes: readonly Reshape[] = [
  (pixels) => moved(pixels, { stretch: 1.1 }),
  (pixels) => moved(pixels, { turn: 8 }),
  (pixels) => moved(pixels, { turn: -8 }),
  (pixels) => towards(pixels, Math.max, 0.5),
  (pixels) => towards(pixels, Math.min, 0.4),
];

/** What a network said, and of which of it a second look is wanted. */
export interface FirstLook {
  /** [n, 784] */
  readonly pixels: Uint8Array;
  /** [n, 10] */
  readonly probabilities: Float32Array;
  /** Digits with a lower probability are looked at again. */
  readonly below: number;
  /** Those of them that count. Default: all. */
  readonly rows?: readonly number[] | undefined;
}

/** The probabilities [n, 10] after the second look. `classify` answers for pixels [m, 784] with probabilities [m, 10]. */
export async function lookAgain(
  { pixels, probabilities, below, rows = [...Array(probabilities.length / 10).keys()] }: FirstLook,
  classify: (pixels: Uint8Array) => Promise<Float32Array>,
): Promise<Float32Array> {
  const unsure = rows.filter((row) => topOf(probabilities, row).confidence < below);
  if (unsure.length === 0) return probabilities;
  const each = otherShapes.length;
  const shapes = new Uint8Array(unsure.length * each * digitBytes);
  unsure.forEach((row, i) => {
    const digit = pixels.subarray(row * digitBytes, (row + 1) * digitBytes);
    otherShapes.forEach((reshape, k) => {
      shapes.set(reshape(digit), (i * each + k) * digitBytes);
    });
  });
  const answers = await classify(shapes);
  const result = probabilities.slice();
  unsure.forEach((row, i) => {
    for (let digit = 0; digit < 10; digit++) {
      let sum = probabilities[row * 10 + digit]!;
      for (let k = 0; k < each; k++) sum += answers[(i * each + k) * 10 + digit]!;
      result[row * 10 + digit] = sum / (1 + each);
    }
  });
  return result;
}

/** The digit turned (degrees) and stretched (height over height) about the middle of its picture, bilinearly. */
function moved(pixels: Uint8Array, { turn = 0, stretch = 1 }: { turn?: number; stretch?: number }) {
  const result = new Uint8Array(digitBytes);
  const [cos, sin] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const middle = (pictureSide - 1) / 2;
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= pictureSide || y >= pictureSide ? 0 : pixels[y * pictureSide + x]!;
  for (let y = 0; y < pictureSide; y++)
    for (let x = 0; x < pictureSide; x++) {
      const [dx, dy] = [x - middle, y - middle];
      const [u, v] = [cos * dx - sin * dy + middle, (sin * dx + cos * dy) / stretch + middle];
      const [left, top] = [Math.floor(u), Math.floor(v)];
      const [across, down] = [u - left, v - top];
      const upper = at(left, top) * (1 - across) + at(left + 1, top) * across;
      const lower = at(left, top + 1) * (1 - across) + at(left + 1, top + 1) * across;
      result[y * pictureSide + x] = Math.round(upper * (1 - down) + lower * down);
    }
  return result;
}

/** Each pixel moved by a share of the way to the extreme of the 3 × 3 around it: a thicker line, or a thinner one. */
function towards(pixels: Uint8Array, extreme: (a: number, b: number) => number, share: number): Uint8Array {
  const result = pixels.slice();
  for (let y = 1; y < pictureSide - 1; y++)
    for (let x = 1; x < pictureSide - 1; x++) {
      const at = y * pictureSide + x;
      let reached = pixels[at]!;
      for (let dy = -pictureSide; dy <= pictureSide; dy += pictureSide)
        for (let dx = -1; dx <= 1; dx++) reached = extreme(reached, pixels[at + dy + dx]!);
      result[at] = Math.round(pixels[at]! + share * (reached - pixels[at]!));
    }
  return result;
}
