import { type Grey, histogramOf, inverted, percentile } from './grey.ts';

/** Otsu's threshold (1979): the level that splits a histogram into the two classes furthest apart. */
export function otsuThreshold(histogram: Uint32Array): number {
  let total = 0;
  let sum = 0;
  for (let level = 0; level < 256; level++) {
    total += histogram[level]!;
    sum += level * histogram[level]!;
  }
  let best = 0;
  let bestVariance = -1;
  let below = 0;
  let sumBelow = 0;
  for (let level = 0; level < 255; level++) {
    below += histogram[level]!;
    sumBelow += level * histogram[level]!;
    const above = total - below;
    if (below === 0 || above === 0) continue;
    const distance = sumBelow / below - (sum - sumBelow) / above;
    const variance = below * above * distance * distance;
    if (variance > bestVariance) {
      bestVariance = variance;
      best = level;
    }
  }
  return best;
}

/** The number of pixels of a rectangle that are at most `threshold`. */
function countDark({ width, data }: Grey, x0: number, y0: number, x1: number, y1: number, threshold: number) {
  let dark = 0;
  for (let y = y0; y < y1; y++)
    for (let i = y * width + x0; i < y * width + x1; i++) if (data[i]! <= threshold) dark++;
  return dark;
}

/** The share of dark pixels in the ring along the picture's border, a fiftieth of its side wide. */
function darkBorder(grey: Grey, threshold: number): number {
  const { width, height } = grey;
  const ring = Math.max(1, Math.round(Math.min(width, height) / 50));
  if (width <= 2 * ring || height <= 2 * ring) return 0;
  const dark =
    countDark(grey, 0, 0, width, ring, threshold) +
    countDark(grey, 0, height - ring, width, height, threshold) +
    countDark(grey, 0, ring, ring, height - ring, threshold) +
    countDark(grey, width - ring, ring, width, height - ring, threshold);
  return dark / (2 * ring * (width + height - 2 * ring));
}

/** Below this share of dark pixels, of the border's and the whole picture's together, paper is surely light. */
const surelyLight = 0.5;
/** Tiles that the longer side is cut into to see which way strokes differ from what is around them. */
const tilesAcross = 16;
/** Noise has no skewness, light strokes on dark have much: in between, paper is light. */
const leastSkewness = 0.5;

/**
 * Whether the ink is lighter than the paper (chalk, a screenshot in dark mode, MNIST as it is stored).
 * The border and the whole picture vote, each with its share of dark pixels: ink covers the lesser part of both.
 * Where they are not of one mind (a gradient, a dark table around the sheet), strokes decide: they are the few pixels
 * that differ much from the median of their surroundings, so the skewness of the differences has their sign.
 */
export function isInverted(grey: Grey): boolean {
  const histogram = histogramOf(grey.data);
  const threshold = otsuThreshold(histogram);
  let dark = 0;
  for (let level = 0; level <= threshold; level++) dark += histogram[level]!;
  const votes = darkBorder(grey, threshold) + dark / grey.data.length;
  if (votes < surelyLight || votes > 2 - surelyLight || Math.max(grey.width, grey.height) < 64)
    return votes > 1;
  return skewness(grey) > leastSkewness;
}

/** The skewness of the differences from the median of each tile. */
function skewness({ width, height, data }: Grey): number {
  const tile = Math.ceil(Math.max(width, height) / tilesAcross);
  const histogram = new Uint32Array(256);
  let squares = 0;
  let cubes = 0;
  for (let top = 0; top < height; top += tile)
    for (let left = 0; left < width; left += tile) {
      histogram.fill(0);
      const right = Math.min(width, left + tile);
      for (let y = top; y < Math.min(height, top + tile); y++)
        for (let i = y * width + left; i < y * width + right; i++) histogram[data[i]!]!++;
      const median = percentile(histogram, 0.5);
      for (let level = 0; level < 256; level++) {
        squares += histogram[level]! * (level - median) ** 2;
        cubes += histogram[level]! * (level - median) ** 3;
      }
    }
  return squares === 0 ? 0 : cubes / data.length / (squares / data.length) ** 1.5;
}

/** The picture with its ink darker than its paper. */
export function darkOnLight(grey: Grey): Grey {
  return isInverted(grey) ? inverted(grey) : grey;
}
