import type { PlainValue } from '@inkwire/wire';

/** The text of a message. Any program may send values of any kind. */
export function messageText(values: readonly PlainValue[]): string {
  return values.map(textOf).join(' ');
}

function textOf(value: PlainValue): string {
  if (value instanceof Uint8Array) return `[${value.length} B]`;
  return value === null ? '∅' : String(value);
}
