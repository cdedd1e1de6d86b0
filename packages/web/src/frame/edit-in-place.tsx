import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { words } from '../words/language.ts';
import { CheckIcon, CloseIcon } from './icons.tsx';
import { Tool } from './tool.tsx';

interface EditInPlaceProps {
  class?: string;
  /** Attributes of the field; its first text is `defaultValue`. */
  field: InputHTMLAttributes;
  onSave: (text: string) => void;
  onCancel: () => void;
  children?: ComponentChildren;
}

/** A field for a text that stands in its place: Enter saves it, Escape keeps the earlier one. */
export function EditInPlace({ class: name = '', field, onSave, onCancel, children }: EditInPlaceProps) {
  const input = useRef<HTMLInputElement>(null);
  const { saveCorrection, cancel } = words.value.readings;
  // At once: whoever pressed the button types on.
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  function onSubmit(event: Event): void {
    event.preventDefault();
    onSave(input.current!.value);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onCancel();
  }

  return (
    <form class={`correction ${name}`.trim()} onSubmit={onSubmit} onKeyDown={onKeyDown}>
      <input ref={input} class="correction-field" spellcheck={false} {...field} />
      <Tool type="submit" label={saveCorrection}>
        <CheckIcon />
      </Tool>
      <Tool label={cancel} onClick={onCancel}>
        <CloseIcon />
      </Tool>
      {children}
    </form>
  );
}
