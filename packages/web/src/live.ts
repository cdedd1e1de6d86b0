import { signal } from '@preact/signals';
import { eventsUrl, type Reading } from './api.ts';
import { arrive, load, replace } from './readings/kept.ts';
import { wasRemoved } from './readings/removing.ts';

/** Whether the hub can be heard: undefined until it was tried. */
export const hearing = signal<boolean | undefined>(undefined);

/** Listens to what happens on the hub, for as long as the page lives; after a silence the list is loaded afresh. */
export function listen(): void {
  const events = new EventSource(eventsUrl);
  const on = (name: string, act: (reading: Reading) => void): void =>
    events.addEventListener(name, ({ data }: MessageEvent<string>) => act(JSON.parse(data)));

  on('reading', (reading) => arrive(reading));
  on('corrected', replace);
  on('removed', ({ id }) => wasRemoved(id));

  events.addEventListener('open', () => {
    if (hearing.value === false) load();
    hearing.value = true;
  });
  events.addEventListener('error', () => {
    hearing.value = false;
    // A browser gives up for good when it was answered with an error; we do not.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5_000);
  });
}
