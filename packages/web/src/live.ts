import { signal } from '@preact/signals';
import { eventsUrl, type Reading } from './api.ts';
import { arrive, catchUp, replace } from './readings/kept.ts';
import { wasRemoved } from './readings/removing.ts';

/** Whether the hub can be heard: undefined until it was tried. */
export const hearing = signal<boolean | undefined>(undefined);

const tryAgainMs = 5_000;
let events: EventSource | undefined;
let hasHeard = false;

/**
 * Listens to what happens on the hub while someone looks: a browser has six connections to a server, and a page in the
 * background must not hold one. After a silence the list catches up. Called once.
 */
export function listenWhileSeen(): void {
  const follow = (): void => (document.hidden ? stop() : listen());
  document.addEventListener('visibilitychange', follow);
  follow();
}

function stop(): void {
  events?.close();
  events = undefined;
}

function listen(): void {
  if (events) return;
  const opened = (events = new EventSource(eventsUrl));
  const on = (name: string, act: (reading: Reading) => void): void =>
    opened.addEventListener(name, ({ data }: MessageEvent<string>) => act(JSON.parse(data)));

  on('reading', (reading) => arrive(reading));
  on('corrected', replace);
  on('removed', ({ id }) => wasRemoved(id));

  opened.addEventListener('open', () => {
    if (hasHeard) catchUp();
    hasHeard = hearing.value = true;
  });
  opened.addEventListener('error', () => {
    hearing.value = false;
    // A browser gives up for good when it was answered with an error; we do not.
    if (opened.readyState === EventSource.CLOSED) setTimeout(comeBack, tryAgainMs);
  });

  function comeBack(): void {
    if (events !== opened) return;
    stop();
    if (!document.hidden) listen();
  }
}
