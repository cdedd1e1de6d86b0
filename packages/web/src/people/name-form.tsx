import { WireStatusError } from '@inkwire/wire';
import { fitName } from '@inkwire/wire/hub';
import { useSignal } from '@preact/signals';
import { announce } from '../announcement.ts';
import { EditInPlace } from '../frame/edit-in-place.tsx';
import { words } from '../words/language.ts';
import { rename } from './hub-connection.ts';

/** A field for one's own name. */
export function NameForm({ name, onDone }: { name: string; onDone: () => void }) {
  const refused = useSignal<'unfit' | 'restless' | undefined>(undefined);
  const { nameLabel, named } = words.value.people;

  async function save(text: string): Promise<void> {
    const wanted = fitName(text);
    refused.value = wanted === undefined ? 'unfit' : undefined;
    if (wanted === undefined) return;
    try {
      if (wanted !== name) await rename(wanted);
      announce(named(wanted));
      onDone();
    } catch (error) {
      refused.value = error instanceof WireStatusError && error.status === 429 ? 'restless' : 'unfit';
    }
  }

  return (
    <EditInPlace
      class="name-form"
      field={{
        defaultValue: name,
        'aria-label': nameLabel,
        'aria-invalid': refused.value !== undefined,
        'aria-describedby': 'name-unfit',
        maxLength: 64,
        autocomplete: 'nickname',
      }}
      onSave={(text) => void save(text)}
      onCancel={onDone}
    >
      <p id="name-unfit" class="name-unfit" role="status">
        {refused.value && words.value.people[refused.value]}
      </p>
    </EditInPlace>
  );
}
