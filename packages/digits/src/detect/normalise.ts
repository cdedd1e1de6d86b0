/** Half the side of the square over which contrast is local, in pixels of the network's input. */
const radius = 24;
/** Contrast of paper alone, added to every deviation so that grain and blocks of a JPEG stay small. */
const grain = 0.02;

/**
 * Local contrast: z = (mean − p) / (deviation + 0.02), with mean and deviation over the square of radius 24 around each
 * pixel. Shadows and the strength of the ink disappear; ink that is darker than its paper is positive.
 * `plane` [height × width], 0 = black, 1 = white.
 */
export function normalise(plane: Float32Array, width: number, height: number): Float32Array {
  const means = boxMeans(plane, width, height);
  const squares = boxMeans(
    plane.map((p) => p * p),
    width,
    height,
  );
  const z = new Float32Array(plane.length);
  for (let i = 0; i < z.length; i++) {
    const mean = means[i]!;
    z[i] = (mean - plane[i]!) / (Math.sqrt(Math.max(0, squares[i]! - mean * mean)) + grain);
  }
  return z;
}

function boxMeans(plane: Float32Array, width: number, height: number): Float32Array {
  const rows = new Float32Array(plane.length);
  for (let y = 0; y < height; y++) slide(plane, rows, y * width, 1, width);
  const means = new Float32Array(plane.length);
  for (let x = 0; x < width; x++) slide(rows, means, x, width, height);
  return means;
}

/** The running mean of `length` numbers that lie `step` apart from `start`. */
function slide(from: Float32Array, to: Float32Array, start: number, step: number, length: number): void {
  let sum = 0;
  for (let i = 0; i < Math.min(radius, length); i++) sum += from[start + i * step]!;
  for (let i = 0; i < length; i++) {
    if (i + radius < length) sum += from[start + (i + radius) * step]!;
    if (i - radius - 1 >= 0) sum -= from[start + (i - radius - 1) * step]!;
    const count = Math.min(length - 1, i + radius) - Math.max(0, i - radius) + 1;
    to[start + i * step] = sum / count;
  }
}
