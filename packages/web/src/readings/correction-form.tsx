import type { Reading } from '@inkwire/wire/hub';
import { EditInPlace } from '../frame/edit-in-place.tsx';
import { words } from '../words/language.ts';
import { correctReading } from './correct-reading.ts';
import { textOf } from './reading-list.ts';

/** A field for the true text. */
export function CorrectionForm({ reading, onDone }: { reading: Reading; onDone: () => void }) {
  function save(text: string): void {
    void correctReading(reading, text);
    onDone();
  }

  return (
    <EditInPlace
      field={{
        defaultValue: textOf(reading),
        'aria-label': words.value.readings.correctLabel(reading.written),
        inputMode: 'decimal',
        maxLength: 200,
        autocomplete: 'off',
      }}
      onSave={save}
      onCancel={onDone}
    />
  );
}
