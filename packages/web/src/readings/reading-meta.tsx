import type { Reading } from '@inkwire/wire/hub';
import { currentTime } from '../current-time.ts';
import { formatPercent } from '../format-percent.ts';
import { formatRelativeTime } from '../format-relative-time.ts';
import { languageTag, words } from '../words/language.ts';
import { sourceName } from './source-name.ts';

/** When, from where, and how sure. */
export function ReadingMeta({ id, reading }: { id: string; reading: Reading }) {
  const { time, source, confidence, unsure, label, text } = reading;
  return (
    <span class="reading-meta" id={id}>
      <RelativeTime time={time} />
      <span class="reading-meta-sure" data-unsure={unsure}>
        {formatPercent(confidence, languageTag.value)}
        {unsure && ` ${words.value.readings.unsure}`}
      </span>
      <span>{sourceName(source, words.value.source)}</span>
      {label !== undefined && label !== text && (
        <span class="reading-meta-label">{words.value.reading.shouldBe(label)}</span>
      )}
    </span>
  );
}

export function RelativeTime({ time }: { time: string }) {
  const date = new Date(time);
  const exact = new Intl.DateTimeFormat(languageTag.value, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  }).format(date);
  return (
    <time dateTime={time} title={exact}>
      {formatRelativeTime(date.getTime(), currentTime.value, languageTag.value)}
    </time>
  );
}
