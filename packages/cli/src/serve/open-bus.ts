import type { Hubs } from '@inkwire/hub';
import type { BusLocation } from '../settings/locations.ts';

/** The hubs on a bus, and the bus. */
export interface OpenBus extends AsyncDisposable {
  readonly hubs: Hubs;
}

/** Connects to the bus and joins its hubs; the client of NATS is loaded only here. */
export async function openBus(
  location: BusLocation,
  version: string,
  onError: (error: unknown) => void,
): Promise<OpenBus> {
  const [{ openHubs }, { connectNatsBus }] = await Promise.all([
    import('@inkwire/hub'),
    import('@inkwire/hub/nats'),
  ]);
  const bus = await connectNatsBus({ ...location, onError });
  try {
    const hubs = await openHubs({ bus, version });
    return {
      hubs,
      async [Symbol.asyncDispose]() {
        await hubs.close();
        await bus.close();
      },
    };
  } catch (error) {
    await bus.destroy();
    throw error;
  }
}
