import type { Reading } from '@inkwire/wire/hub';
import { doubtfulDigits } from './doubtful-digits.ts';

/** The number as it was read, in large figures, with a wavy line under what is in doubt. */
export function ReadNumber({ reading }: { reading: Pick<Reading, 'text' | 'digits' | 'unsure'> }) {
  const doubtful = doubtfulDigits(reading);
  let index = -1;
  return (
    <p class="number" data-length={reading.text.length > 12 ? 'long' : 'short'}>
      {[...reading.text].map((character, place) => {
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
