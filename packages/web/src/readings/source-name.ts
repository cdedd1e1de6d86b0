import type { Words } from '../words/en.ts';

/** A source in the reader's language; one that the page has no word for is shown as the hub names it. */
export function sourceName(source: string, names: Words['source']): string {
  return Object.hasOwn(names, source) ? names[source as keyof typeof names] : source;
}
