import type { Reading } from '@inkwire/wire/hub';
import { signal } from '@preact/signals';
import { api } from '../api.ts';
import { report } from '../notices.ts';
import { problemOf } from '../problem.ts';
import { addReadings, dropReading } from './reading-store.ts';

/**
 * Readings that are being removed. A reading disappears from the list at once, and is removed from the hub a few seconds
 * later, unless the person undoes it. Closing the page does not undo it.
 */
export const removals = signal<readonly Reading[]>([]);

const secondThoughtsMs = 6_000;
const timers = new Map<string, ReturnType<typeof setTimeout>>();

export function removeReading(reading: Reading): void {
  dropReading(reading.id);
  removals.value = [...removals.value, reading];
  startTimer(reading);
}

export function undoRemoval(reading: Reading): void {
  forget(reading);
  addReadings(reading);
}

/** At once, without second thoughts. */
export function removeNow(reading: Reading): void {
  forget(reading);
  void sendRemoval(reading);
}

/** Nothing is removed while someone is about to press Undo. */
export function pauseRemovals(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
}

export function resumeRemovals(): void {
  for (const reading of removals.value) if (!timers.has(reading.id)) startTimer(reading);
}

/** Carries everything out before the page goes; called once. */
export function removeBeforeUnload(target: Window): void {
  target.addEventListener('pagehide', () => {
    for (const reading of removals.value) removeNow(reading);
  });
}

/** Someone else removed it. */
export function wasRemoved(id: string): void {
  dropReading(id);
  for (const reading of removals.value) if (reading.id === id) forget(reading);
}

function startTimer(reading: Reading): void {
  timers.set(
    reading.id,
    setTimeout(() => removeNow(reading), secondThoughtsMs),
  );
}

function forget(reading: Reading): void {
  clearTimeout(timers.get(reading.id));
  timers.delete(reading.id);
  removals.value = removals.value.filter(({ id }) => id !== reading.id);
}

async function sendRemoval(reading: Reading): Promise<void> {
  try {
    await api.remove(reading.id, { keepalive: true });
  } catch (error) {
    const problem = problemOf(error);
    if (problem.kind === 'gone') return; // Someone else was quicker.
    addReadings(reading);
    report(problem);
  }
}
