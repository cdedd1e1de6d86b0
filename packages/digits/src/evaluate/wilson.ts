import { expectInteger } from '@inkwire/base';

/** The normal quantile that leaves 2.5 % on either side. */
const z = 1.959963984540054;

/**
 * The 95 % interval for a share of which `correct` of `count` were seen: Wilson's score interval, which stays within
 * [0, 1] and keeps its width at 100 % (E. B. Wilson, "Probable inference", JASA 22, 1927).
 *
 * Throws a RangeError unless 0 ≤ correct ≤ count and count ≥ 1.
 */
export function wilsonInterval(correct: number, count: number): [number, number] {
  expectInteger('count', count, { min: 1 });
  expectInteger('correct', correct, { min: 0, max: count });
  const share = correct / count;
  const denominator = 1 + (z * z) / count;
  const centre = (share + (z * z) / (2 * count)) / denominator;
  const half = (z / denominator) * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  return [correct === 0 ? 0 : centre - half, correct === count ? 1 : centre + half];
}
