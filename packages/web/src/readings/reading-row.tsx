import type { Reading } from '@inkwire/wire/hub';
import { signal } from '@preact/signals';
import { BinIcon, PencilIcon } from '../frame/icons.tsx';
import { Tool } from '../frame/tool.tsx';
import { readingHref } from '../view.ts';
import { words } from '../words/language.ts';
import { CorrectionForm } from './correction-form.tsx';
import { textOf } from './reading-list.ts';
import { ReadingMeta } from './reading-meta.tsx';
import { ReadingText } from './reading-text.tsx';
import { ReadingThumbnail } from './reading-thumbnail.tsx';
import { removeReading } from './remove-reading.ts';

/** The row that is being corrected. */
const correctingId = signal<string | undefined>(undefined);

/** One kept reading: its slip of paper, what was read, when, and what can be done with it. */
export function ReadingRow({ reading }: { reading: Reading }) {
  const { open, correct, remove: removeLabel } = words.value.readings;
  const text = textOf(reading);
  const correctButton = `correct-${reading.id}`;
  const metaId = `meta-${reading.id}`;
  if (correctingId.value === reading.id) {
    const done = (): void => {
      correctingId.value = undefined;
      requestAnimationFrame(() => document.getElementById(correctButton)?.focus());
    };
    return (
      <div class="row" data-correcting>
        <ReadingThumbnail reading={reading} />
        <CorrectionForm reading={reading} onDone={done} />
      </div>
    );
  }
  return (
    <div class="row" data-unsure={reading.unsure}>
      <a class="row-link" href={readingHref(reading.id)} aria-label={open(text)} aria-describedby={metaId}>
        <ReadingThumbnail reading={reading} />
        <span class="row-words">
          <ReadingText reading={reading} />
          <ReadingMeta id={metaId} reading={reading} />
        </span>
      </a>
      <span class="row-actions">
        <Tool
          id={correctButton}
          label={`${correct} ${text}`}
          title={correct}
          onClick={() => void (correctingId.value = reading.id)}
        >
          <PencilIcon />
        </Tool>
        <Tool label={`${removeLabel} ${text}`} title={removeLabel} onClick={() => removeReading(reading)}>
          <BinIcon />
        </Tool>
      </span>
    </div>
  );
}
