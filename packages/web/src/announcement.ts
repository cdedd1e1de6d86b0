import { signal } from '@preact/signals';

/** The text that a screen reader announces, politely. */
export const announcement = signal('');

export function announce(text: string): void {
  announcement.value = text;
}
