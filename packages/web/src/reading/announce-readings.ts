import { effect } from '@preact/signals';
import { announce } from '../announcement.ts';
import type { Reading } from '../api.ts';
import { formatPercent } from '../percent.ts';
import { preview } from '../sheet/ink.ts';
import { shownPicture } from '../sheet/pictures.ts';
import { languageTag, words } from '../words/language.ts';
import { doubtfulDigits, secondGuess } from './doubt.ts';

/** A reading that holds this long is worth saying aloud; a hand that writes on changes it before that. */
const settledMs = 600;

/** Tells screen readers what the sheet says, once it has settled; called once. */
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
  if (doubtful === undefined) return sure(reading.text, percent(reading.confidence));
  return announceUnsure(
    reading.text,
    percent(reading.confidence),
    doubtful + 1,
    secondGuess(reading.digits[doubtful]!).digit,
  );
}
