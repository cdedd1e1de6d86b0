import { computed, signal } from '@preact/signals';

export type View = 'write' | 'readings' | 'wire' | 'pool' | 'model';

/** The place on the page: one of its views, whom one talks to in it, and the reading that lies open on top of it. */
export interface Place {
  readonly view: View;
  /** Only in the view `wire`: a person's key. */
  readonly person?: string | undefined;
  readonly reading?: string | undefined;
}

const views: ReadonlySet<string> = new Set<View>(['write', 'readings', 'wire', 'pool', 'model']);
const start: Place = { view: 'write' };

/** `#/write`, `#/readings`, `#/wire`, `#/wire/<person>`, `#/pool`, `#/model`, and `#/readings/<id>` over whatever was there before. */
export function placeOf(hash: string, before: Place = start): Place {
  const [view = '', detail] = hash.replace(/^#\/?/, '').split('/');
  if (view === 'readings' && detail) return { ...before, reading: decodeURIComponent(detail) };
  if (view === 'wire' && detail) return { view, person: detail };
  return views.has(view) ? { view: view as View } : start;
}

const place = signal<Place>(placeOf(globalThis.location?.hash ?? ''));

export const view = computed(() => place.value.view);
/** The person in the open conversation. */
export const openPerson = computed(() => place.value.person);
export const openReading = computed(() => place.value.reading);

export const viewHref = (to: View): string => `#/${to}`;
export const personHref = (key: string): string => `#/wire/${key}`;
export const readingHref = (id: string): string => `#/readings/${encodeURIComponent(id)}`;

/** Follows the address; called once. */
export function followAddress(target: Window): void {
  target.addEventListener('hashchange', () => {
    place.value = placeOf(target.location.hash, place.value);
  });
}

/** Back to what the open reading lies on. */
export function closeReading(): void {
  if (openReading.value === undefined) return;
  location.hash = openPerson.value === undefined ? viewHref(view.value) : personHref(openPerson.value);
}
