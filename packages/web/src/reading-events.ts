import { parseReading, type Reading } from '@inkwire/wire/hub';
import { signal } from '@preact/signals';
import { eventsUrl } from './api.ts';
import { addReadings, catchUp, updateReading } from './readings/reading-store.ts';
import { wasRemoved } from './readings/remove-reading.ts';

/** Whether the hub's events arrive: undefined until a connection was tried. */
export const isReceiving = signal<boolean | undefined>(undefined);

const tryAgainMs = 5_000;
let events: EventSource | undefined;

/**
 * Listens to what happens on the hub while someone looks: a browser has six connections to a server, and a page in the
 * background must not hold one. The list catches up whenever they begin. Called once.
 */
export function receiveWhileVisible(): void {
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
  const on = (name: string, act: (data: string) => void): void =>
    opened.addEventListener(name, ({ data }: MessageEvent<string>) => act(data));
  const onReading = (name: string, act: (reading: Reading) => void): void =>
    on(name, (data) => {
      const reading = parseReading(data);
      if (reading) act(reading);
    });

  onReading('reading', (reading) => addReadings(reading));
  onReading('corrected', updateReading);
  on('removed', (data) => wasRemoved(JSON.parse(data).id));

  opened.addEventListener('open', () => {
    // Also the first time: the list may be older than the events.
    catchUp();
    isReceiving.value = true;
  });
  opened.addEventListener('error', () => {
    isReceiving.value = false;
    // A browser gives up for good when it was answered with an error; we do not.
    if (opened.readyState === EventSource.CLOSED) setTimeout(comeBack, tryAgainMs);
  });

  function comeBack(): void {
    if (events !== opened) return;
    stop();
    if (!document.hidden) listen();
  }
}
