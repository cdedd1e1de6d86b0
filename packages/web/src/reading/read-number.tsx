import type { Reading } from '@inkwire/wire/hub';
import { doubtfulDigits } from './doubtful-digits.ts';

/** The number as it stands there, separators too, in large figures, with a wavy line under what is in doubt. */
export function ReadNumber({ reading }: { reading: Pick<Reading, 'written' | 'digits' | 'unsure'> }) {
  const doubtful = doubtfulDigits(reading);
  let index = -1;
  return (
    <p class="number" data-length={reading.written.length > 12 ? 'long' : 'short'}>
      {[...reading.written].map((character, place) => {
        if (character === '\n') return <br key={place} />;
        if (!/\d/.test(character)) return character;
        index++;
        return (
          <span key={place} data-doubtful={doubtful.has(index)}>
            {character}
          </span>
        );
      })}
    </p>
  );
}
