/** The bounds of some shares, and their weights relative to one another, above 0: three arrays of one length. */
export interface ShareBounds {
  readonly least: Float64Array;
  readonly most: Float64Array;
  readonly weight: Float64Array;
}

const mostRounds = 60;
/** The sum of many shares is so much off. */
const hair = 1e-6;

/**
 * Shares `total` so that each is the same multiple of its weight, but no less than its least and no more than its most:
 * weighted max-min fairness (Bertsekas and Gallager, Data Networks, §6.5.2) with lower bounds. The shares add up to `total`
 * unless that is outside of what the bounds permit.
 *
 * The multiple is found by Newton's method between two bounds that close in: the sum of the shares is a line that bends
 * where a share meets its bound, so that a few rounds, each O(n), are enough.
 */
export function fillShares(bounds: ShareBounds, total: number): Float64Array {
  const { least, most, weight } = bounds;
  let low = 0;
  let high = 0;
  for (let i = 0; i < most.length; i++) high = Math.max(high, most[i]! / weight[i]!);
  let level = high;
  for (let round = 0; round < mostRounds && high - low > 1e-12 * high; round++) {
    let sum = 0;
    let slope = 0;
    for (let i = 0; i < most.length; i++) {
      const share = level * weight[i]!;
      if (share >= most[i]!) sum += most[i]!;
      else if (share <= least[i]!) sum += least[i]!;
      else {
        sum += share;
        slope += weight[i]!;
      }
    }
    if (Math.abs(sum - total) < 1e-9) break;
    if (sum < total) low = level;
    else high = level;
    const next = level + (total - sum) / slope;
    level = next > low && next < high ? next : (low + high) / 2;
  }
  const shares = new Float64Array(most.length);
  for (let i = 0; i < shares.length; i++)
    shares[i] = Math.max(least[i]!, Math.min(most[i]!, level * weight[i]!));
  return shares;
}

/** A number of each item: what `Float64Array.from` and `map` give, at a fifth of their cost. */
export function numbersOf<T>(
  items: { readonly length: number; readonly [i: number]: T },
  numberOf: (item: T, i: number) => number,
): Float64Array {
  const numbers = new Float64Array(items.length);
  for (let i = 0; i < items.length; i++) numbers[i] = numberOf(items[i]!, i);
  return numbers;
}

/**
 * Whole numbers, each the share rounded up or down, whose sum is that of the shares rounded down. Rounded up are those
 * that have as much already, so that what changes somewhere changes nothing elsewhere; then the first ones.
 */
export function wholeShares(shares: Float64Array, current: (i: number) => number): Int32Array {
  const whole = new Int32Array(shares.length);
  let sum = hair;
  let given = 0;
  for (let i = 0; i < shares.length; i++) {
    sum += shares[i]!;
    whole[i] = Math.floor(shares[i]! + hair);
    given += whole[i]!;
  }
  let left = Math.floor(sum) - given;
  const hasPart = (i: number) => shares[i]! - whole[i]! > hair;
  for (let i = 0; i < shares.length && left > 0; i++) {
    if (!hasPart(i) || current(i) <= whole[i]!) continue;
    whole[i]!++;
    left--;
  }
  for (let i = 0; i < shares.length && left > 0; i++) {
    if (!hasPart(i)) continue;
    whole[i]!++;
    left--;
  }
  return whole;
}

export function sumOf(numbers: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i]!;
  return sum;
}
