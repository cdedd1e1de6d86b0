import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';

/** The panel, and the view of the pool, once their code is there. */
export const loadedPeople = signal<ComponentType | undefined>(undefined);
export const loadedPool = signal<ComponentType | undefined>(undefined);

const tryAgainMs = 5_000;
const unknownPaintMs = 500;

/** Fetches everything that has to do with the wire, once the page stands. Called once. */
export function loadHubPanelsAfterPaint(): void {
  if (!PerformanceObserver.supportedEntryTypes?.includes('paint')) {
    setTimeout(() => void load(), unknownPaintMs);
    return;
  }
  const watching = new PerformanceObserver((seen) => {
    if (seen.getEntriesByName('first-contentful-paint').length === 0) return;
    watching.disconnect();
    void load();
  });
  watching.observe({ type: 'paint', buffered: true });
}

async function load(): Promise<void> {
  try {
    const { connect, PoolView, PeoplePanel } = await import('./people/people-panel.tsx');
    loadedPeople.value = PeoplePanel;
    loadedPool.value = PoolView;
    connect();
  } catch {
    // The hub was away for a moment, or is another one by now.
    setTimeout(() => void load(), tryAgainMs);
  }
}
