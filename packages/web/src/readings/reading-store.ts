import type { Reading } from '@inkwire/wire/hub';
import { batch, signal } from '@preact/signals';
import { api, type ReadingsPage } from '../api.ts';
import { createLatestTask } from '../latest-task.ts';
import { type Problem, problemOf } from '../problem.ts';
import { matches, type ReadingFilter, withNewest, without, withPage, withReading } from './reading-list.ts';

/**
 * The readings that the hub keeps, as far as this page has seen them: newest first, a page at a time from the cursor on,
 * and whatever arrives live on top. `next` is undefined until the first page is there and null at the end.
 */
export const keptReadings = signal<readonly Reading[]>([]);
export const nextCursor = signal<string | null | undefined>(undefined);
export const loading = signal(false);
export const loadProblem = signal<Problem | undefined>(undefined);

export const filter = signal<ReadingFilter>({ text: '', unsure: false });

const pageSize = 100;
const typingMs = 200;
const latest = createLatestTask();

/** Looks for something else: from the newest on. */
export function searchReadings(change: Partial<ReadingFilter>): void {
  filter.value = { ...filter.value, ...change };
  load(change.text === undefined ? 0 : typingMs);
}

/** The first page; the list is replaced when it is there. */
export function load(afterMs = 0): void {
  latest.run((aborted) => fetchPage(undefined, aborted, ({ readings }) => readings), afterMs);
}

/** The page after what is there; nothing while one is under way or at the end. */
export function loadMore(): void {
  const before = nextCursor.value;
  if (loading.value || !before || loadProblem.value) return;
  latest.run((aborted) =>
    fetchPage(before, aborted, ({ readings }) => withPage(keptReadings.value, readings)),
  );
}

/** Fetches the newest page again after an interruption of the events. Older pages stay. */
export function catchUp(): void {
  latest.run((aborted) =>
    fetchPage(undefined, aborted, ({ readings }) => withNewest(keptReadings.value, readings)),
  );
}

/** Once more after a problem, from where it stopped. */
export function loadAgain(): void {
  loadProblem.value = undefined;
  if (nextCursor.value) loadMore();
  else load();
}

/** Readings that were just kept, here or by anyone else; or that were changed. */
export function addReadings(...readings: readonly Reading[]): void {
  let list = keptReadings.value;
  for (const reading of readings) {
    if (matches(reading, filter.value)) list = withReading(list, reading);
  }
  keptReadings.value = list;
}

/** A change to a reading that may be in the list. */
export function updateReading(reading: Reading): void {
  if (keptReadings.value.some(({ id }) => id === reading.id))
    keptReadings.value = withReading(keptReadings.value, reading);
}

export function dropReading(id: string): void {
  keptReadings.value = without(keptReadings.value, id);
}

/** `join` makes the list of what is there and a page; the cursor moves when the page is the list's end. */
async function fetchPage(
  before: string | undefined,
  aborted: AbortSignal,
  join: (page: ReadingsPage) => readonly Reading[],
): Promise<void> {
  loading.value = true;
  try {
    const page = await api.list({ limit: pageSize, before, ...filter.value }, { signal: aborted });
    batch(() => {
      keptReadings.value = join(page);
      if (keptReadings.value.at(-1)?.id === page.readings.at(-1)?.id) nextCursor.value = page.next;
      loadProblem.value = undefined;
    });
  } catch (error) {
    if (!aborted.aborted) loadProblem.value = problemOf(error);
  } finally {
    if (!aborted.aborted) loading.value = false;
  }
}
