import { onTestFinished } from 'vitest';
import { createLocalBus, type Hubs, type LocalBus, type LocalPlace, openHubs } from '../src/index.ts';
import { type WiredHub, wireHub } from './wired-hub.ts';

/** A hub on a wire of its own, and on a bus with others. */
export interface HubAmongOthers extends WiredHub {
  readonly hubs: Hubs;
  readonly place: LocalPlace;
}

/** Serves so many hubs on one local bus until the test has finished. */
export async function wireHubs(
  count: number,
): Promise<{ readonly bus: LocalBus; readonly served: HubAmongOthers[] }> {
  const bus = createLocalBus();
  const served: HubAmongOthers[] = [];
  for (let index = 0; index < count; index++) {
    const place = bus.join({ maxKeptMessages: 5 });
    // No limit on time is tried here: a busy machine must not make a hub silent.
    const hubs = await openHubs({ bus: place, settleMs: 20, silentMs: 600_000 });
    onTestFinished(async () => {
      await hubs.close();
      await place.close();
    });
    served.push({ ...(await wireHub({}, { hubs })), hubs, place });
  }
  return { bus, served };
}
