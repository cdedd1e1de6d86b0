import { parseReading } from '@inkwire/wire/hub';
import type { ReadingEvent } from '../reading-event.ts';
import type { Hubs } from './hubs.ts';
import { decodeJson, encodeJson } from './messages.ts';

const subject = ['readings'];
const kinds = ['kept', 'corrected', 'removed'] as const satisfies readonly ReadingEvent['kind'][];

/** Carries what happens to readings between hubs. A reading is kept before it is told: an event that is lost costs no reading. */
export class ReadingsElsewhere implements Disposable {
  readonly #hubs: Hubs;
  readonly #subscription: Disposable;

  constructor(hubs: Hubs, notify: (event: ReadingEvent) => void) {
    this.#hubs = hubs;
    this.#subscription = hubs.bus.data.subscribe(subject, (bytes) => {
      const event = parseEvent(bytes);
      if (event) notify(event);
    });
  }

  tell({ kind, reading }: ReadingEvent): void {
    const { bus } = this.#hubs;
    if (bus.closed) return;
    try {
      bus.data.publish(subject, encodeJson({ kind, reading }));
    } catch {
      // There is no room: the bus counts what it drops, and the reading itself is kept.
    }
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}

/** Undefined for anything but an event. */
function parseEvent(bytes: Uint8Array): ReadingEvent | undefined {
  const message = decodeJson(bytes) as { readonly kind?: unknown; readonly reading?: unknown } | null;
  const kind = kinds.find((each) => each === message?.kind);
  const reading = parseReading(JSON.stringify(message?.reading));
  return kind && reading && { kind, reading, isElsewhere: true };
}
