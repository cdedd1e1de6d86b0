import type { Reading } from '@inkwire/wire/hub';
import { computed, effect, signal } from '@preact/signals';
import { api } from '../api.ts';
import { createLatestTask } from '../latest-task.ts';
import { type Problem, problemOf } from '../problem.ts';
import { openReading } from '../view.ts';
import { keptReadings } from './reading-store.ts';

/** The reading that lies open: from the list when it is there, so that it changes with it, or else from the hub. */
const fetched = signal<Reading | undefined>(undefined);
export const openedProblem = signal<Problem | undefined>(undefined);

export const openedReading = computed(() => {
  const id = openReading.value;
  if (id === undefined) return undefined;
  return (
    keptReadings.value.find((reading) => reading.id === id) ??
    (fetched.value?.id === id ? fetched.value : undefined)
  );
});

/** A change to a reading that is open but not in the list. */
export function refreshOpened(reading: Reading): void {
  if (fetched.value?.id === reading.id) fetched.value = reading;
}

/** Fetches what is opened by its address; called once. */
export function fetchOpenedReading(): void {
  const latest = createLatestTask();
  effect(() => {
    const id = openReading.value;
    openedProblem.value = undefined;
    if (id === undefined) return latest.cancel();
    latest.run(async (aborted) => {
      try {
        fetched.value = await api.get(id, { signal: aborted });
      } catch (error) {
        if (!aborted.aborted) openedProblem.value = problemOf(error);
      }
    });
  });
}
