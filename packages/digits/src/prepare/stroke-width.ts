import { squaredDistance } from './squared-distance.ts';

/**
 * The width of the strokes of a soft picture of ink (0…1): twice its area over its outline, the outline being its
 * total variation. Greys count for their share, so that it means the same before and after reducing.
 */
export function strokeWidth(ink: Float32Array, width: number, height: number): number {
  let area = 0;
  let outline = 0;
  for (let y = 0; y + 1 < height; y++)
    for (let x = 0, i = y * width; x + 1 < width; x++, i++) {
      const level = ink[i]!;
      area += level;
      const across = ink[i + 1]! - level;
      const down = ink[i + width]! - level;
      if (across !== 0 || down !== 0) outline += Math.sqrt(across * across + down * down);
    }
  return outline === 0 ? 0 : (2 * area) / outline;
}

/**
 * Moves the edge of the ink outwards by `by` pixels (inwards when negative), by the distance of each pixel to the
 * edge: what lies within the distance becomes ink, with one pixel of grey across the edge.
 */
export function moveEdge(ink: Float32Array, width: number, height: number, by: number): Float32Array {
  const towards =
    by > 0
      ? squaredDistance(width, height, (i) => ink[i]! >= 0.5)
      : squaredDistance(width, height, (i) => ink[i]! < 0.5);
  const result = new Float32Array(ink.length);
  for (let i = 0; i < ink.length; i++) {
    // Half a pixel lies between the centre of a pixel and its edge.
    const distance = Math.sqrt(towards[i]!) - 0.5;
    result[i] =
      by > 0
        ? Math.max(ink[i]!, Math.min(1, Math.max(0, by - distance + 0.5)))
        : Math.min(ink[i]!, Math.min(1, Math.max(0, distance + by + 0.5)));
  }
  return result;
}
