import type { Reading } from '@inkwire/wire/hub';
import { doubtfulDigits } from './doubtful-digits.ts';
import { pointedDigit } from './pointed-digit.ts';

/** Each digit in its box, over a picture that fills the same frame. The words are elsewhere: these are for the eye. */
export function DigitBoxes({
  reading,
}: {
  reading: Pick<Reading, 'digits' | 'width' | 'height' | 'unsure'>;
}) {
  const doubtful = doubtfulDigits(reading);
  const share = (part: number, whole: number): string => `${(100 * part) / whole}%`;
  return (
    <div class="digit-boxes" aria-hidden="true">
      {reading.digits.map(({ digit, box: [x, y, width, height] }, index) => (
        <span
          key={index}
          class="digit-box"
          data-doubtful={doubtful.has(index)}
          data-pointed={pointedDigit.value === index}
          style={{
            left: share(x, reading.width),
            top: share(y, reading.height),
            width: share(width, reading.width),
            height: share(height, reading.height),
          }}
        >
          <b>{digit}</b>
        </span>
      ))}
    </div>
  );
}
