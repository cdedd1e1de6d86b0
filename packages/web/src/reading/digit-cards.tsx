import type { ReadDigit, Reading } from '@inkwire/wire/hub';
import { formatPercent } from '../format-percent.ts';
import { languageTag, words } from '../words/language.ts';
import { alternativeTo, doubtfulDigits, secondGuess } from './doubtful-digits.ts';
import { pointedDigit } from './pointed-digit.ts';

interface DigitCardsProps {
  reading: Pick<Reading, 'digits' | 'unsure'>;
  /** Address of the picture that the reader saw of a digit. */
  prepared?: (index: number) => string;
}

/** Digit by digit: what was read, and how likely each of the ten was. */
export function DigitCards({ reading, prepared }: DigitCardsProps) {
  const doubtful = doubtfulDigits(reading);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long number scrolls, and the arrow keys must reach it.
    <ol class="digit-cards" aria-label={words.value.reading.digits} tabIndex={0}>
      {reading.digits.map((digit, index) => (
        <DigitCard
          key={index}
          index={index}
          digit={digit}
          isDoubtful={doubtful.has(index)}
          prepared={prepared?.(index)}
        />
      ))}
    </ol>
  );
}

interface DigitCardProps {
  index: number;
  digit: ReadDigit;
  isDoubtful: boolean;
  prepared: string | undefined;
}

function DigitCard({ index, digit, isDoubtful, prepared }: DigitCardProps) {
  const percent = (share: number): string => formatPercent(share, languageTag.value);
  const second = secondGuess(digit);
  const other = isDoubtful ? alternativeTo(digit) : undefined;
  const { bars, orMaybe, orNone } = words.value.reading;
  return (
    <li
      class="digit-card"
      data-doubtful={isDoubtful}
      data-pointed={pointedDigit.value === index}
      onPointerEnter={() => void (pointedDigit.value = index)}
      onPointerLeave={() => void (pointedDigit.value = undefined)}
    >
      <div class="digit-card-head" aria-hidden="true">
        <span class="digit-card-digit">{digit.digit}</span>
        {prepared && <img class="digit-card-prepared" src={prepared} alt="" width="28" height="28" />}
        <span class="digit-card-percent">{percent(digit.confidence)}</span>
      </div>
      <div
        class="bars"
        role="img"
        aria-label={bars(digit.digit, percent(digit.confidence), second.digit, percent(second.probability))}
      >
        {digit.probabilities.map((probability, candidate) => (
          <span
            key={candidate}
            class="bar"
            data-read={candidate === digit.digit}
            data-second={candidate === other?.digit}
            title={`${candidate}: ${percent(probability)}`}
          >
            <span class="bar-well">
              <i style={{ height: `${Math.max(2, probability * 100)}%` }} />
            </span>
            <small>{candidate}</small>
          </span>
        ))}
      </div>
      {isDoubtful && (
        <p class="digit-card-second">{other ? orMaybe(other.digit, percent(other.probability)) : orNone}</p>
      )}
    </li>
  );
}
