import { WireStatusError } from '@inkwire/wire';
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { announce } from '../announcement.ts';
import { CheckIcon, CloseIcon } from '../frame/icons.tsx';
import { words } from '../words/language.ts';
import { rename } from './hub-connection.ts';
import { fitName } from './member-name.ts';

/** One's own name, in place: Enter saves it, Escape keeps the earlier one. */
export function NameForm({ name, onDone }: { name: string; onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const refused = useSignal<'unfit' | 'restless' | undefined>(undefined);
  const { nameLabel, named } = words.value.wire;
  const { saveCorrection, cancel } = words.value.readings;
  // At once: whoever pressed the button types on.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  async function onSubmit(event: Event): Promise<void> {
    event.preventDefault();
    const wanted = fitName(field.current!.value);
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

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onDone();
  }

  return (
    <form class="correction name-form" onSubmit={(event) => void onSubmit(event)} onKeyDown={onKeyDown}>
      <input
        ref={field}
        class="correction-field"
        defaultValue={name}
        aria-label={nameLabel}
        aria-invalid={refused.value !== undefined}
        aria-describedby="name-unfit"
        maxLength={64}
        autocomplete="nickname"
        spellcheck={false}
      />
      <button type="submit" class="tool" aria-label={saveCorrection} title={saveCorrection}>
        <CheckIcon />
      </button>
      <button type="button" class="tool" aria-label={cancel} title={cancel} onClick={onDone}>
        <CloseIcon />
      </button>
      <p id="name-unfit" class="name-unfit" role="status">
        {refused.value && words.value.wire[refused.value]}
      </p>
    </form>
  );
}
