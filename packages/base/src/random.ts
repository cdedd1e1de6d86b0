import { expectInteger } from './expect.ts';

/** A seeded source of chance. The same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Normal with mean 0 and variance 1 (Box–Muller). */
  normal(): number;
  /** The integers 0 … length − 1 in random order (Fisher–Yates). */
  permutation(length: number): Uint32Array;
  /** Four 32-bit words that continue exactly here. */
  state(): readonly [number, number, number, number];
}

/** Continues from a state that `Random.state()` gave, or starts from a seed, a non-negative integer. */
export function createRandom(from: number | readonly [number, number, number, number]): Random {
  let [a, b, c, d] = typeof from === 'number' ? seedWords(expectInteger('seed', from, { min: 0 })) : from;

  // sfc32 (Chris Doty-Humphrey, PractRand): small, fast, and passes PractRand's batteries.
  const word = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  if (typeof from === 'number') for (let i = 0; i < 15; i++) word();

  const next = () => word() / 2 ** 32;
  const below = (bound: number) => Math.floor(next() * bound);
  return {
    next,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    permutation(length) {
      const order = Uint32Array.from({ length }, (_, i) => i);
      for (let i = length - 1; i > 0; i--) {
        const j = below(i + 1);
        const kept = order[i]!;
        order[i] = order[j]!;
        order[j] = kept;
      }
      return order;
    },
    state: () => [a, b, c, d],
  };
}

function seedWords(seed: number): [number, number, number, number] {
  return [0x9e3779b9, 0x243f6a88 ^ Math.floor(seed / 2 ** 32), seed | 0, 1];
}
