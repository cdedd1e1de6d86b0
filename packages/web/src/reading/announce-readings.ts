import type { Reading } from '@inkwire/wire/hub';
import { effect } from '@preact/signals';
import { announce } from '../announcement.ts';
import { formatPercent } from '../format-percent.ts';
import { shownPicture } from '../sheet/pictures.ts';
import { preview } from '../sheet/sheet-ink.ts';
import { languageTag, words } from '../words/language.ts';
import { doubtfulDigits, secondGuess } from './doubtful-digits.ts';

/** A reading that holds this long is worth saying aloud; a hand that writes on changes it before that. */
const settledMs = 600;

/** Announces the sheet's text to screen readers each time it has settled. Call it once. */
export function announceReadings(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const reading = shownPicture.value ? shownPicture.value.reading : preview.value.reading;
    clearTimeout(timer);
    if (reading) timer = setTimeout(() => announce(spoken(reading)), settledMs);
  });
}

function spoken(reading: Reading): string {
  const percent = (share: number): string => formatPercent(share, languageTag.peek());
  const { announce: sure, announceUnsure } = words.peek().reading;
  const [doubtful] = doubtfulDigits(reading);
  if (doubtful === undefined) return sure(reading.written, percent(reading.confidence));
  return announceUnsure(
    reading.written,
    percent(reading.confidence),
    doubtful + 1,
    secondGuess(reading.digits[doubtful]!).digit,
  );
}
