import { type Coverage, inkLevel } from './ink.ts';

/** The part of a raster that its ink above `inkLevel` spans; undefined when there is none. */
export function tight({ width, height, coverage }: Coverage): Coverage | undefined {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (coverage[y * width + x]! <= inkLevel) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  if (right <= left) return undefined;
  const cut = new Float32Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++)
    cut.set(coverage.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return { width: right - left, height: bottom - top, coverage: cut };
}
