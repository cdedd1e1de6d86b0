import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { announce } from '../announcement.ts';
import { CheckIcon, CloseIcon } from '../frame/icons.tsx';
import { words } from '../words/language.ts';
import { rename } from './connection.ts';
import { fitName } from './member-name.ts';

/** One's own name, in place: Enter takes it, Escape leaves it as it was. */
export function NameForm({ name, onDone }: { name: string; onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const isUnfit = useSignal(false);
  const { nameLabel, unfit, named } = words.value.wire;
  const { saveCorrection, cancel } = words.value.readings;
  // At once: whoever pressed the button types on.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  async function onSubmit(event: Event): Promise<void> {
    event.preventDefault();
    const wanted = fitName(field.current!.value);
    isUnfit.value = wanted === undefined;
    if (wanted === undefined) return;
    try {
      if (wanted !== name) await rename(wanted);
      announce(named(wanted));
      onDone();
    } catch {
      isUnfit.value = true;
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
        aria-invalid={isUnfit.value}
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
        {isUnfit.value && unfit}
      </p>
    </form>
  );
}
