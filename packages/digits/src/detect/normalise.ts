/** Local contrast is measured over a square that reaches this many pixels to each side. */
export const contrastRadius = 24;
/** Added to the deviation, so that the grain of blank paper does not become contrast. In the unit of the plane. */
const leastDeviation = 0.02;

/**
 * Local contrast of a plane [height × width] (0 = black … 1 = white): (mean − level) / (deviation + 0.02), both over the
 * square of radius 24 round each pixel, cut at the plane's edges. Ink is positive, paper near 0. Gives [height × width].
 *
 * Sums of columns slide down and a window of them slides right: the time for a pixel does not depend on the radius.
 */
export function normalise(plane: Float32Array, width: number, height: number): Float32Array {
  const result = new Float32Array(width * height);
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  const addRow = (row: number, sign: number): void => {
    const from = row * width;
    for (let x = 0; x < width; x++) {
      const level = plane[from + x]!;
      sums[x]! += sign * level;
      squares[x]! += sign * level * level;
    }
  };
  for (let row = 0; row < Math.min(contrastRadius, height); row++) addRow(row, 1);
  for (let y = 0; y < height; y++) {
    if (y + contrastRadius < height) addRow(y + contrastRadius, 1);
    if (y > contrastRadius) addRow(y - contrastRadius - 1, -1);
    const rows = Math.min(height, y + contrastRadius + 1) - Math.max(0, y - contrastRadius);
    contrastOfRow(plane, result, y * width, width, rows, sums, squares);
  }
  return result;
}

/** One row of the result, from the sums of the columns of its window. */
function contrastOfRow(
  plane: Float32Array,
  result: Float32Array,
  from: number,
  width: number,
  rows: number,
  sums: Float64Array,
  squares: Float64Array,
): void {
  let [sum, square] = [0, 0];
  for (let x = 0; x < Math.min(contrastRadius, width); x++) {
    sum += sums[x]!;
    square += squares[x]!;
  }
  for (let x = 0; x < width; x++) {
    const entering = x + contrastRadius;
    const leaving = x - contrastRadius - 1;
    if (entering < width) {
      sum += sums[entering]!;
      square += squares[entering]!;
    }
    if (leaving >= 0) {
      sum -= sums[leaving]!;
      square -= squares[leaving]!;
    }
    const count = rows * (Math.min(width - 1, entering) - Math.max(-1, leaving));
    const mean = sum / count;
    // Differences of sums may come out a hair below 0.
    const variance = Math.max(0, square / count - mean * mean);
    result[from + x] = (mean - plane[from + x]!) / (Math.sqrt(variance) + leastDeviation);
  }
}
