/** A picture of one channel, row-major. Of a photograph 255 is white; of an ink picture 255 is ink. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  /** [height × width] */
  readonly data: Uint8Array;
}

/** A rectangle in pixels; fractions are allowed where it names an area to resample. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The number of pixels of each of the 256 levels. */
export function histogramOf(data: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (let i = 0; i < data.length; i++) counts[data[i]!]!++;
  return counts;
}

/** The lowest level that at least `share` (0…1) of the counted pixels do not exceed. */
export function percentile(histogram: Uint32Array, share: number): number {
  let total = 0;
  for (const count of histogram) total += count;
  let seen = 0;
  for (let level = 0; level < 256; level++) if ((seen += histogram[level]!) >= share * total) return level;
  return 255;
}

/** The picture with its light and dark exchanged. */
export function inverted({ width, height, data }: Grey): Grey {
  const result = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) result[i] = 255 - data[i]!;
  return { width, height, data: result };
}

/** Levels as bytes: rounded, and held within 0…255. */
export function toBytes(levels: Float32Array): Uint8Array {
  return new Uint8Array(new Uint8ClampedArray(levels).buffer);
}

/** For each output pixel, where its input pixels begin and what each of them weighs. */
interface Taps {
  readonly start: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float32Array;
  readonly stride: number;
}

/** Mitchell and Netravali's cubic (1988), B = C = 1/3: smooth without ringing much. Zero from 2 on. */
function mitchell(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return (7 * t * t * t - 12 * t * t + 16 / 3) / 6;
  return t < 2 ? ((-7 / 3) * t * t * t + 12 * t * t - 20 * t + 32 / 3) / 6 : 0;
}

/** Enlarging interpolates with Mitchell's cubic; reducing averages over the exact area of each output pixel. */
function tapsOf(inputLength: number, from: number, length: number, outputLength: number): Taps {
  const step = length / outputLength;
  const reach = step > 1 ? step / 2 : 2;
  const stride = Math.ceil(2 * reach) + 2;
  const start = new Int32Array(outputLength);
  const count = new Int32Array(outputLength);
  const weights = new Float32Array(outputLength * stride);
  for (let i = 0; i < outputLength; i++) {
    const centre = from + (i + 0.5) * step;
    const first = Math.floor(centre - reach);
    const last = Math.ceil(centre + reach);
    let sum = 0;
    for (let j = first; j < last; j++) {
      const weight =
        step > 1
          ? Math.max(0, Math.min(j + 1, centre + reach) - Math.max(j, centre - reach))
          : mitchell(j + 0.5 - centre);
      sum += weight;
      // Past the edge there is paper (0): those taps count towards the sum and bring nothing.
      if (j < 0 || j >= inputLength) continue;
      if (count[i] === 0) start[i] = j;
      weights[i * stride + count[i]!++] = weight;
    }
    for (let k = 0; k < count[i]!; k++) weights[i * stride + k]! /= sum;
  }
  return { start, count, weights, stride };
}

/**
 * Resamples an area of an ink picture (0 = paper, also beyond the edges) to `width` × `height`.
 * Gives float levels in the unit of the input.
 */
export function resample(
  picture: { readonly width: number; readonly height: number; readonly data: Uint8Array | Float32Array },
  area: Area,
  width: number,
  height: number,
): Float32Array {
  // One kind of array here, or the loops below are compiled for both and are slower.
  const levels = picture.data instanceof Float32Array ? picture.data : new Float32Array(picture.data);
  const across = tapsOf(picture.width, area.x, area.width, width);
  const down = tapsOf(picture.height, area.y, area.height, height);
  const top = Math.max(0, Math.floor(area.y) - 2 - Math.ceil(area.height / height));
  const bottom = Math.min(
    picture.height,
    Math.ceil(area.y + area.height) + 2 + Math.ceil(area.height / height),
  );
  const rows = new Float32Array(Math.max(0, bottom - top) * width);
  for (let y = top; y < bottom; y++) {
    const line = y * picture.width;
    const out = (y - top) * width;
    for (let i = 0; i < width; i++) {
      let sum = 0;
      const from = line + across.start[i]!;
      const weight = i * across.stride;
      const count = across.count[i]!;
      for (let k = 0; k < count; k++) sum += across.weights[weight + k]! * levels[from + k]!;
      rows[out + i] = sum;
    }
  }
  const result = new Float32Array(width * height);
  for (let j = 0; j < height; j++) {
    const out = j * width;
    for (let k = 0; k < down.count[j]!; k++) {
      const weight = down.weights[j * down.stride + k]!;
      const line = (down.start[j]! + k - top) * width;
      for (let i = 0; i < width; i++) result[out + i]! += weight * rows[line + i]!;
    }
  }
  return result;
}
