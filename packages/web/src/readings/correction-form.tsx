import type { Reading } from '@inkwire/wire/hub';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { CheckIcon, CloseIcon } from '../frame/icons.tsx';
import { words } from '../words/language.ts';
import { correctReading } from './correct-reading.ts';
import { textOf } from './reading-list.ts';

/** A field for the true text, in place: Enter saves it, Escape keeps the earlier one. */
export function CorrectionForm({ reading, onDone }: { reading: Reading; onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const { correctLabel, saveCorrection, cancel } = words.value.readings;
  // At once: whoever pressed the button types on.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  function onSubmit(event: Event): void {
    event.preventDefault();
    void correctReading(reading, field.current!.value);
    onDone();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    onDone();
  }

  return (
    <form class="correction" onSubmit={onSubmit} onKeyDown={onKeyDown}>
      <input
        ref={field}
        class="correction-field"
        defaultValue={textOf(reading)}
        aria-label={correctLabel(reading.text)}
        inputMode="decimal"
        maxLength={200}
        autocomplete="off"
        spellcheck={false}
      />
      <button type="submit" class="tool" aria-label={saveCorrection} title={saveCorrection}>
        <CheckIcon />
      </button>
      <button type="button" class="tool" aria-label={cancel} title={cancel} onClick={onDone}>
        <CloseIcon />
      </button>
    </form>
  );
}
