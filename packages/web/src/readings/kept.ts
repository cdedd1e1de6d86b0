import { batch, signal } from '@preact/signals';
import { api, type Reading, type ReadingsPage } from '../api.ts';
import { createLatest } from '../latest.ts';
import { type Problem, problemOf } from '../problem.ts';
import { matches, type Wanted, withNewest, without, withPage, withReading } from './reading-list.ts';

/**
 * The readings that the hub keeps, as far as this page has seen them: newest first, a page at a time from the cursor on,
 * and whatever arrives live on top. `next` is undefined until the first page is there and null at the end.
 */
export const kept = signal<readonly Reading[]>([]);
export const next = signal<string | null | undefined>(undefined);
export const loading = signal(false);
export const loadProblem = signal<Problem | undefined>(undefined);

export const wanted = signal<Wanted>({ text: '', unsure: false });

const pageSize = 100;
const typingMs = 200;
const latest = createLatest();

/** Looks for something else: from the newest on. */
export function look(change: Partial<Wanted>): void {
  wanted.value = { ...wanted.value, ...change };
  load(change.text === undefined ? 0 : typingMs);
}

/** The first page; the list is replaced when it is there. */
export function load(afterMs = 0): void {
  latest.run((aborted) => fetchPage(undefined, aborted, ({ readings }) => readings), afterMs);
}

/** The page after what is there; nothing while one is under way or at the end. */
export function loadMore(): void {
  const before = next.value;
  if (loading.value || !before || loadProblem.value) return;
  latest.run((aborted) => fetchPage(before, aborted, ({ readings }) => withPage(kept.value, readings)));
}

/** What came and went while nobody listened; what lies further down stays. */
export function catchUp(): void {
  latest.run((aborted) => fetchPage(undefined, aborted, ({ readings }) => withNewest(kept.value, readings)));
}

/** Once more after a problem, from where it stopped. */
export function loadAgain(): void {
  loadProblem.value = undefined;
  if (next.value) loadMore();
  else load();
}

/** Readings that were just kept, here or by anyone else; or that were changed. */
export function arrive(...readings: readonly Reading[]): void {
  let list = kept.value;
  for (const reading of readings) {
    if (matches(reading, wanted.value)) list = withReading(list, reading);
  }
  kept.value = list;
}

/** A change to a reading that may be in the list. */
export function replace(reading: Reading): void {
  if (kept.value.some(({ id }) => id === reading.id)) kept.value = withReading(kept.value, reading);
}

export function leave(id: string): void {
  kept.value = without(kept.value, id);
}

/** `join` makes the list of what is there and a page; the cursor moves when the page is the list's end. */
async function fetchPage(
  before: string | undefined,
  aborted: AbortSignal,
  join: (page: ReadingsPage) => readonly Reading[],
): Promise<void> {
  loading.value = true;
  try {
    const page = await api.list({ limit: pageSize, before, ...wanted.value }, { signal: aborted });
    batch(() => {
      kept.value = join(page);
      if (kept.value.at(-1)?.id === page.readings.at(-1)?.id) next.value = page.next;
      loadProblem.value = undefined;
    });
  } catch (error) {
    if (!aborted.aborted) loadProblem.value = problemOf(error);
  } finally {
    if (!aborted.aborted) loading.value = false;
  }
}
