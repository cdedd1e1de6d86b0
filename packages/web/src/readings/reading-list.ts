import type { Reading } from '@inkwire/wire/hub';
import type { ReadingsQuery } from '../api.ts';

/** The filter that a person has set. */
export type ReadingFilter = Required<Pick<ReadingsQuery, 'text' | 'unsure'>>;

/** The text that counts: a person's correction, or else what was read, with its separators. */
export const textOf = ({ corrected, written }: Pick<Reading, 'corrected' | 'written'>): string =>
  corrected ?? written;

/** The correction that a person types: null for nothing, and for what the machine read, with its separators or without. */
export function correctionOf(
  { text, written }: Pick<Reading, 'text' | 'written'>,
  typed: string,
): string | null {
  const trimmed = typed.trim();
  return ['', text, written].includes(trimmed) ? null : trimmed;
}

/** The hub's own rule, so that what arrives live is filtered as the list was. */
export function matches({ text, written, corrected, unsure }: Reading, wanted: ReadingFilter): boolean {
  if (wanted.unsure && !unsure) return false;
  return [text, written, corrected].some((each) => each?.includes(wanted.text));
}

/** Newest first by id (they sort by time); one that is there already is replaced. */
export function withReading(list: readonly Reading[], reading: Reading): readonly Reading[] {
  const index = list.findIndex(({ id }) => id <= reading.id);
  if (index === -1) return [...list, reading];
  const replaced = list[index]!.id === reading.id ? 1 : 0;
  return list.toSpliced(index, replaced, reading);
}

/** Adds an older page, without those that are there already. */
export function withPage(list: readonly Reading[], page: readonly Reading[]): readonly Reading[] {
  const known = new Set(list.map(({ id }) => id));
  return [...list, ...page.filter(({ id }) => !known.has(id))];
}

/** The newest page once more: it is right about its own stretch of time, and what is older stays as it was. */
export function withNewest(list: readonly Reading[], page: readonly Reading[]): readonly Reading[] {
  const oldest = page.at(-1)?.id;
  return oldest === undefined ? page : [...page, ...list.filter(({ id }) => id < oldest)];
}

export const without = (list: readonly Reading[], id: string): readonly Reading[] =>
  list.filter((reading) => reading.id !== id);
