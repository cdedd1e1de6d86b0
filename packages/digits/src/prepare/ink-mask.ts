import { type Grey, histogramOf, percentile } from './grey.ts';

/** Ink fainter than this (of 255) is taken for the paper's own texture: then the picture is blank. */
const faintest = 30;
/** Full ink is at least this many times darker than noise may be: else there is only noise. */
const inkToNoise = 1.35;
/** Sauvola and Pietikäinen's k (2000): how far below the local mean the threshold lies where there is no contrast. */
const sauvolaK = 0.2;
/** Their R: half the range of levels, the greatest standard deviation. */
const sauvolaRange = 128;
/** With less doubt than this a picture is clean: one threshold does. */
const cleanDoubt = 0.2;

/** The pixels that are ink. */
export interface InkMask {
  readonly width: number;
  readonly height: number;
  /** [height × width], 1 = ink. */
  readonly data: Uint8Array;
  /** The level of full ink in the picture. 0 when the picture is blank. */
  readonly level: number;
  /** The level from which ink is plainly ink. */
  readonly certain: number;
}

/** The levels of an ink picture: where the paper's noise ends, and how dark ink is. */
function inkLevels(histogram: Uint32Array): { noise: number; level: number } {
  const median = percentile(histogram, 0.5);
  const deviations = new Uint32Array(256);
  for (let level = 0; level < 256; level++) deviations[Math.abs(level - median)]! += histogram[level]!;
  // Where ink covers half of the picture the deviation is the ink's own: noise never reaches half of the darkest.
  const spread = Math.min(median + 6 * percentile(deviations, 0.5), percentile(histogram, 0.999) / 2);
  const noise = Math.max(faintest, spread);
  // Full ink is the median of what is above the noise, each pixel weighted by how far it is above, squared: the
  // noise's own tail, which may be more pixels than there are of ink, then weighs nothing.
  const first = Math.ceil(noise);
  const weight = (level: number) => (level - first + 1) ** 2 * histogram[level]!;
  let mass = 0;
  for (let level = first; level < 256; level++) mass += weight(level);
  if (mass === 0) return { noise, level: 0 };
  let seen = 0;
  for (let level = first; level < 256; level++)
    if ((seen += weight(level)) >= mass / 2) return { noise, level };
  return { noise, level: 255 };
}

/**
 * Marks the ink of an ink picture (0 = paper). The threshold at each pixel is Sauvola's, of the window around it,
 * held between two global ones: what is fainter than a quarter of full ink is never ink, so that empty paper stays
 * empty; what is darker than six tenths always is, so that strokes wider than the window are not hollow. A small or
 * clean picture (almost nothing between paper and ink) has one threshold for all.
 */
export function inkMask(ink: Grey): InkMask {
  const { width, height } = ink;
  const histogram = histogramOf(ink.data);
  const { noise, level } = inkLevels(histogram);
  const data = new Uint8Array(width * height);
  if (level < inkToNoise * noise) return { width, height, data, level: 0, certain: 0 };
  const low = Math.max(noise, 0.25 * level);
  const high = Math.max(low, 0.6 * level);
  if (Math.max(width, height) <= 128 || doubtOf(histogram, low, high) < cleanDoubt) {
    return { width, height, data: maskAt(ink, Math.max(noise, 0.45 * level)), level, certain: high };
  }
  markBySauvola(ink, data, low, high, 200 / level);
  return { width, height, data, level, certain: high };
}

/** Marks what is at least as dark as one threshold: 1 = ink. */
export function maskAt({ data }: Grey, threshold: number): Uint8Array {
  const mask = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) if (data[i]! >= threshold) mask[i] = 1;
  return mask;
}

/** The number of pixels between the two thresholds for each one above them. */
function doubtOf(histogram: Uint32Array, low: number, high: number): number {
  let doubtful = 0;
  let certain = 0;
  for (let level = Math.ceil(low); level < 256; level++)
    if (level < high) doubtful += histogram[level]!;
    else certain += histogram[level]!;
  return doubtful / Math.max(1, certain);
}

/** `gain` brings full ink to a level of 200 before the formula, which assumes dark ink on white. */
function markBySauvola(ink: Grey, mask: Uint8Array, low: number, high: number, gain: number): void {
  const { width, height, data } = ink;
  const radius = Math.max(15, Math.round(Math.max(width, height) / 40));
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  const addRow = (y: number, sign: number) => {
    for (let x = 0; x < width; x++) {
      const level = data[y * width + x]!;
      sums[x]! += sign * level;
      squares[x]! += sign * level * level;
    }
  };
  for (let y = 0; y < Math.min(radius, height); y++) addRow(y, 1);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) addRow(y + radius, 1);
    if (y - radius > 0) addRow(y - radius - 1, -1);
    const rows = Math.min(height, y + radius + 1) - Math.max(0, y - radius);
    let sum = 0;
    let square = 0;
    for (let x = 0; x < Math.min(radius, width); x++) {
      sum += sums[x]!;
      square += squares[x]!;
    }
    for (let x = 0; x < width; x++) {
      if (x + radius < width) {
        sum += sums[x + radius]!;
        square += squares[x + radius]!;
      }
      if (x - radius > 0) {
        sum -= sums[x - radius - 1]!;
        square -= squares[x - radius - 1]!;
      }
      const level = data[y * width + x]!;
      if (level < low) continue;
      if (level >= high) {
        mask[y * width + x] = 1;
        continue;
      }
      const count = rows * (Math.min(width, x + radius + 1) - Math.max(0, x - radius));
      const mean = sum / count;
      const deviation = gain * Math.sqrt(Math.max(0, square / count - mean * mean));
      const light = 255 - gain * mean;
      const threshold = light * (1 + sauvolaK * (deviation / sauvolaRange - 1));
      if (255 - gain * level <= threshold) mask[y * width + x] = 1;
    }
  }
}
