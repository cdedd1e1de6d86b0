const far = 1e9;

/** The lower envelope of parabolas along one line: Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions" (2012). */
function transformLine(
  line: Float32Array,
  length: number,
  result: Float32Array,
  roots: Int32Array,
  bounds: Float32Array,
): void {
  let k = 0;
  roots[0] = 0;
  bounds[0] = -far;
  bounds[1] = far;
  for (let q = 1; q < length; q++) {
    let s: number;
    do {
      const r = roots[k]!;
      s = (line[q]! + q * q - (line[r]! + r * r)) / (2 * (q - r));
    } while (s <= bounds[k]! && --k >= 0);
    k++;
    roots[k] = q;
    bounds[k] = s;
    bounds[k + 1] = far;
  }
  k = 0;
  for (let q = 0; q < length; q++) {
    while (bounds[k + 1]! < q) k++;
    const r = roots[k]!;
    result[q] = (q - r) * (q - r) + line[r]!;
  }
}

/** The squared Euclidean distance of each pixel to the nearest one where `inside` holds. [height × width] */
export function squaredDistance(width: number, height: number, inside: (i: number) => boolean): Float32Array {
  const size = Math.max(width, height);
  const line = new Float32Array(size);
  const result = new Float32Array(size);
  const roots = new Int32Array(size);
  const bounds = new Float32Array(size + 1);
  const distance = new Float32Array(width * height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) line[y] = inside(y * width + x) ? 0 : far;
    transformLine(line, height, result, roots, bounds);
    for (let y = 0; y < height; y++) distance[y * width + x] = result[y]!;
  }
  for (let y = 0; y < height; y++) {
    line.set(distance.subarray(y * width, (y + 1) * width));
    transformLine(line, width, result, roots, bounds);
    distance.set(result.subarray(0, width), y * width);
  }
  return distance;
}
