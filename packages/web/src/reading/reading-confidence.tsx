import type { Reading } from '@inkwire/wire/hub';
import { formatPercent } from '../format-percent.ts';
import { languageTag, words } from '../words/language.ts';

/** The reader's confidence, in words; and the truth, where it is known to be something else. */
export function ReadingConfidence({
  reading,
}: {
  reading: Pick<Reading, 'confidence' | 'unsure' | 'label' | 'text'>;
}) {
  const { sure, unsure, trueLabel } = words.value.reading;
  return (
    <p class="sureness" data-unsure={reading.unsure}>
      <span>{sure(formatPercent(reading.confidence, languageTag.value))}</span>
      {reading.unsure && <strong>{unsure}</strong>}
      {reading.label !== undefined && reading.label !== reading.text && <em>{trueLabel(reading.label)}</em>}
    </p>
  );
}
