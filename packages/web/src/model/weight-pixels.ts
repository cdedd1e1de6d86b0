export type Rgb = readonly [red: number, green: number, blue: number];

/** The colours of a weight picture: for, against, and nothing. */
export interface WeightColours {
  readonly positive: Rgb;
  readonly negative: Rgb;
  readonly zero: Rgb;
}

/** The largest weight of all ten pictures, whatever its sign: one scale makes them comparable. */
export const largestWeight = (weights: readonly (readonly number[])[]): number =>
  Math.max(
    Number.EPSILON,
    ...weights.map((row) => row.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)),
  );

/** RGBA of one weight picture [784]: blue is for, red is against, and the stronger the further from `zero`. */
export function weightPixels(
  weights: readonly number[],
  largest: number,
  { positive, negative, zero }: WeightColours,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(weights.length * 4);
  weights.forEach((weight, index) => {
    // The square root lets weak weights be seen beside the few strong ones.
    const strength = Math.sqrt(Math.min(1, Math.abs(weight) / largest));
    const colour = weight < 0 ? negative : positive;
    for (let channel = 0; channel < 3; channel++) {
      pixels[index * 4 + channel] = zero[channel]! + (colour[channel]! - zero[channel]!) * strength;
    }
    pixels[index * 4 + 3] = 255;
  });
  return pixels;
}
