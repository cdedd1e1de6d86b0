import type { ReadDigit, Reading } from '@inkwire/wire/hub';

/** A difference in confidence that counts as none: digits within it of the least sure one are in doubt with it. */
const hardlySurer = 0.01;

/** The digits that make a reading unsure: the least sure one, and those with half of its doubt. None in a sure reading. */
export function doubtfulDigits({ unsure, digits }: Pick<Reading, 'unsure' | 'digits'>): ReadonlySet<number> {
  if (!unsure || digits.length === 0) return new Set();
  const least = Math.min(...digits.map(({ confidence }) => confidence));
  const limit = least + Math.max(hardlySurer, (1 - least) / 2);
  return new Set(digits.flatMap(({ confidence }, index) => (confidence <= limit ? [index] : [])));
}

/** Less is shown as 0 %. */
const leastShown = 0.005;

/** The alternative for a doubtful digit: another digit, or none where another explains little of the doubt. */
export function alternativeTo(
  digit: Pick<ReadDigit, 'digit' | 'confidence' | 'probabilities'>,
): ReturnType<typeof secondGuess> | undefined {
  const second = secondGuess(digit);
  const doubt = 1 - digit.confidence;
  return second.probability < Math.max(leastShown, doubt / 2) ? undefined : second;
}

/** The second most probable digit. */
export function secondGuess({ digit, probabilities }: Pick<ReadDigit, 'digit' | 'probabilities'>): {
  readonly digit: number;
  readonly probability: number;
} {
  let best = { digit: (digit + 1) % 10, probability: -1 };
  probabilities.forEach((probability, candidate) => {
    if (candidate !== digit && probability > best.probability) best = { digit: candidate, probability };
  });
  return best;
}
