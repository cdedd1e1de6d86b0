import type { DigitReading, Reading } from '../api.ts';

/** How much surer than the least sure digit another one may be and still be in doubt with it. */
const companyOfDoubt = 0.1;

/** Which digits make a reading unsure: the least sure one, and those that are hardly surer. None in a sure reading. */
export function doubtfulDigits({ unsure, digits }: Pick<Reading, 'unsure' | 'digits'>): ReadonlySet<number> {
  if (!unsure || digits.length === 0) return new Set();
  const limit = Math.min(...digits.map(({ confidence }) => confidence)) + companyOfDoubt;
  return new Set(digits.flatMap(({ confidence }, index) => (confidence <= limit ? [index] : [])));
}

/** What a digit would be if it were not what it was read as. */
export function secondGuess({ digit, probabilities }: Pick<DigitReading, 'digit' | 'probabilities'>): {
  readonly digit: number;
  readonly probability: number;
} {
  let best = { digit: (digit + 1) % 10, probability: -1 };
  probabilities.forEach((probability, candidate) => {
    if (candidate !== digit && probability > best.probability) best = { digit: candidate, probability };
  });
  return best;
}
