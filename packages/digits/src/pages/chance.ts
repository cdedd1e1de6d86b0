import type { Random } from '@inkwire/base';

/** True with this probability. */
export function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

/** Uniform in [low, high). */
export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

/** In [low, high), each doubling as likely as the next. */
export function scaled(random: Random, low: number, high: number): number {
  return low * (high / low) ** random.next();
}

/** One of them, each as likely as the others. */
export function oneOf<Choice>(random: Random, choices: readonly Choice[]): Choice {
  return choices[random.below(choices.length)]!;
}

/** One of them, as likely as its weight says. */
export function weighted<Choice extends { readonly weight: number }>(
  random: Random,
  choices: readonly Choice[],
): Choice {
  let left = random.next() * choices.reduce((sum, { weight }) => sum + weight, 0);
  return choices.find(({ weight }) => (left -= weight) < 0) ?? choices.at(-1)!;
}

/** Standard deviation of the sum of four bytes. */
const bytesDeviation = Math.sqrt((4 * (256 * 256 - 1)) / 12);

/**
 * Nearly normal with mean 0 and variance 1: the sum of the four bytes of one random number. Five times as fast as
 * `normal`, for what is drawn at every pixel; never beyond 3.5.
 */
export function nearlyNormal(random: Random): number {
  const word = random.next() * 2 ** 32;
  const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
  return (sum - 510) / bytesDeviation;
}
