import { computed, signal } from '@preact/signals';

export type View = 'write' | 'readings' | 'model';

/** Where the page is: one of its views, and the reading that lies open on top of it. */
export interface Place {
  readonly view: View;
  readonly reading: string | undefined;
}

/** `#/write`, `#/readings`, `#/model`, and `#/readings/<id>` over whatever view was there before. */
export function placeOf(hash: string, before: View = 'write'): Place {
  const [view, reading] = hash.replace(/^#\/?/, '').split('/');
  if (view === 'readings' && reading) return { view: before, reading: decodeURIComponent(reading) };
  return { view: view === 'readings' || view === 'model' ? view : 'write', reading: undefined };
}

const place = signal<Place>(placeOf(globalThis.location?.hash ?? ''));

export const view = computed(() => place.value.view);
export const openReading = computed(() => place.value.reading);

export const viewHref = (to: View): string => `#/${to}`;
export const readingHref = (id: string): string => `#/readings/${encodeURIComponent(id)}`;

/** Follows the address; called once. */
export function followAddress(target: Window): void {
  target.addEventListener('hashchange', () => {
    place.value = placeOf(target.location.hash, place.value.view);
  });
}

/** Back to the view that the open reading lies on. */
export function closeReading(): void {
  if (openReading.value !== undefined) location.hash = viewHref(view.value);
}
