import { signal } from '@preact/signals';
import { api, type Reading } from '../api.ts';
import { report } from '../notices.ts';
import { problemOf } from '../problem.ts';
import { arrive, leave } from './kept.ts';

/**
 * Removing with second thoughts: the reading leaves the list at once and the hub a few seconds later, unless it is
 * called back. Closing the page does not call it back.
 */
export const removals = signal<readonly Reading[]>([]);

const secondThoughtsMs = 6_000;
const timers = new Map<string, ReturnType<typeof setTimeout>>();

export function remove(reading: Reading): void {
  leave(reading.id);
  removals.value = [...removals.value, reading];
  count(reading);
}

export function callBack(reading: Reading): void {
  forget(reading);
  arrive(reading);
}

/** At once, without second thoughts. */
export function letGo(reading: Reading): void {
  forget(reading);
  void carryOut(reading);
}

/** Nothing is removed while someone is about to press Undo. */
export function hold(): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
}

export function resume(): void {
  for (const reading of removals.value) if (!timers.has(reading.id)) count(reading);
}

/** Carries everything out before the page goes; called once. */
export function removeBeforeLeaving(target: Window): void {
  target.addEventListener('pagehide', () => {
    for (const reading of removals.value) letGo(reading);
  });
}

/** Someone else removed it. */
export function wasRemoved(id: string): void {
  leave(id);
  for (const reading of removals.value) if (reading.id === id) forget(reading);
}

function count(reading: Reading): void {
  timers.set(
    reading.id,
    setTimeout(() => letGo(reading), secondThoughtsMs),
  );
}

function forget(reading: Reading): void {
  clearTimeout(timers.get(reading.id));
  timers.delete(reading.id);
  removals.value = removals.value.filter(({ id }) => id !== reading.id);
}

async function carryOut(reading: Reading): Promise<void> {
  try {
    await api.remove(reading.id, { keepalive: true });
  } catch (error) {
    const problem = problemOf(error);
    if (problem.kind === 'gone') return; // Someone else was quicker.
    arrive(reading);
    report(problem);
  }
}
